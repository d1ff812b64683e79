import process from 'node:process'

import type { Command } from 'commander'

import { hex, utf8 } from '#base'
import { openKeystore, sealKey } from '#identity'

import { writeKeyFile } from '../../keystore.ts'
import { readPassword } from '../../password.ts'
import { writePrivate } from '../../private-file.ts'
import { systemRandom } from '../../random.ts'
import { addJsonOption, addKeyOptions, type KeyFlags } from '../arguments.ts'
import { keyOf } from '../unlock.ts'

interface ExportFlags extends KeyFlags {
  readonly out: string
  readonly newPasswordFile?: string
  readonly seed: boolean
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'address of a key, or its file')
    .requiredOption('--out <file>', 'where to write it')
    .option('--new-password-file <file>', 'whose first line is the password of the new file')
    .option('--seed', 'write the seed itself: whoever reads the file has the account', false)
  addJsonOption(addKeyOptions(command)).action(async (account: string, flags: ExportFlags) => {
    const { file, keystore } = await keyOf(account, flags)
    const password = await readPassword({
      file: flags.passwordFile,
      question: `Password of ${file}`,
    })
    const key = await openKeystore(keystore, password)
    if (flags.seed) {
      const { seed } = key
      await writePrivate(flags.out, utf8(`${hex(seed)}\n`))
      seed.fill(0)
    } else {
      const { address, networkId } = keystore
      const next = await passwordOf(flags, password)
      const sealed = await sealKey({
        key,
        address,
        networkId,
        password: next,
        random: systemRandom,
      })
      await writeKeyFile(flags.out, sealed)
    }
    const facts = { address: hex(keystore.address), file: flags.out }
    process.stdout.write(
      flags.json ? `${JSON.stringify(facts)}\n` : `${facts.address} is in ${facts.file}\n`,
    )
  })
}

/** The same again unless a file holds another. */
async function passwordOf({ newPasswordFile }: ExportFlags, password: string): Promise<string> {
  if (newPasswordFile === undefined) return password
  return readPassword({ file: newPasswordFile, question: 'Password of the new file', isNew: true })
}
