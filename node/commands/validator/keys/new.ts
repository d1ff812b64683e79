import type { Command } from 'commander'

import { type Hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { sealKey } from '#identity'
import { defaultAlgorithm } from '#protocol'

import { beginAs } from '../../../consensus/begin.ts'
import { draftKeyFile, noNetwork, validatorKeyFile } from '../../../consensus/validator-key.ts'
import { genesisOf } from '../../../genesis-source.ts'
import { writeKeyFile } from '../../../keystore.ts'
import { readPassword } from '../../../password.ts'
import { makePrivateFolder } from '../../../private-file.ts'
import { systemRandom } from '../../../random.ts'
import { addressOf } from '../../arguments.ts'
import { printValidator } from '../facts.ts'
import { addFolderOptions, type FolderFlags } from '../options.ts'

interface NewFlags extends FolderFlags {
  readonly account: Hex
  readonly network?: string
}

export function configure(command: Command): void {
  addFolderOptions(command)
    .requiredOption('--account <address>', 'that the validator works for', addressOf)
    .option(
      '--network <genesis>',
      'document or preset; without one, pars validator keys import gives the key its network later',
    )
    .action(async (flags: NewFlags) => {
      const { genesisHash } = await import('#genesis')
      const genesis = flags.network === undefined ? undefined : await genesisOf(flags.network)
      const password = await readPassword({
        file: flags.validatorPasswordFile,
        question: 'Password of the new key',
        isNew: true,
      })
      const key = mlDsa(defaultAlgorithm).generate(systemRandom)
      const keystore = await sealKey({
        purpose: 'validator',
        key,
        address: unhex(flags.account),
        networkId: genesis === undefined ? noNetwork : genesisHash(genesis),
        password,
        random: systemRandom,
      })
      await makePrivateFolder(flags.data)
      const file = genesis === undefined ? draftKeyFile(flags.data) : validatorKeyFile(flags.data)
      await writeKeyFile(file, keystore)
      if (genesis !== undefined) await beginAs(key.publicKey, flags.data)
      await printValidator({ file, keystore }, key.publicKey, flags)
    })
}
