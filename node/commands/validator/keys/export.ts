import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'
import { openKeystore, sealKey } from '#identity'

import { ownValidatorKey } from '../../../consensus/validator-key.ts'
import { writeKeyFile } from '../../../keystore.ts'
import { readPassword } from '../../../password.ts'
import { systemRandom } from '../../../random.ts'
import { addFolderOptions, type FolderFlags } from '../options.ts'

interface ExportFlags extends FolderFlags {
  readonly out: string
}

export function configure(command: Command): void {
  addFolderOptions(command)
    .requiredOption('--out <file>', 'where to write it')
    .addHelpText(
      'after',
      `
Before another machine signs with the key, stop this node and take its record along: pars validator
slashing-protection export.
  pars validator keys export --data validator-0 --out key.json`,
    )
    .action(async (flags: ExportFlags) => {
      const found = await ownValidatorKey(flags.data)
      const password = await readPassword({
        file: flags.validatorPasswordFile,
        question: `Password of ${found.file}`,
      })
      const key = await openKeystore(found.keystore, password)
      const { address, networkId } = found.keystore
      const sealed = await sealKey({
        purpose: 'validator',
        key,
        address,
        networkId,
        password,
        random: systemRandom,
      })
      await writeKeyFile(flags.out, sealed)
      const facts = { account: hex(address), file: flags.out }
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(facts)}\n`
          : `the validator key of ${facts.account} is in ${facts.file}\n`,
      )
    })
}
