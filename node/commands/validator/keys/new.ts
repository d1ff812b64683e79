import type { Command } from 'commander'

import { type Hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { sealKey } from '#identity'
import { defaultAlgorithm } from '#protocol'

import { beginAs, withDag } from '../../../consensus/begin.ts'
import { openNodeKey } from '../../../consensus/node-key.ts'
import {
  checkNoKey,
  draftKeyFile,
  noNetwork,
  validatorKeyFile,
} from '../../../consensus/validator-key.ts'
import { genesisOf } from '../../../genesis-source.ts'
import { writeKeyFile } from '../../../keystore.ts'
import { readPassword } from '../../../password.ts'
import { makePrivateFolder } from '../../../private-file.ts'
import { systemRandom } from '../../../random.ts'
import { addressOf } from '../../arguments.ts'
import { printValidator } from '../facts.ts'
import { addFolderOptions, draftOption, type FolderFlags } from '../options.ts'

interface NewFlags extends FolderFlags {
  readonly account: Hex
  readonly network?: string
  readonly draft?: string
}

export function configure(command: Command): void {
  addFolderOptions(command)
    .requiredOption('--account <address>', 'that the validator works for', addressOf)
    .option(
      '--network <genesis>',
      'document or preset; without one, pars validator keys import gives the key its network later',
    )
    .addOption(draftOption())
    .addHelpText(
      'after',
      `
Writes the validator's key under a password, and the key of its node. What it prints is public: the
entry of the validator in the genesis, for pars genesis add-validator.
  pars validator keys new --data validator-0 --account 0x046c…20df --draft genesis.json --json`,
    )
    .action(async (flags: NewFlags) => {
      const { data } = flags
      await checkNoKey(validatorKeyFile(data), draftKeyFile(data))
      const { genesisHash } = await import('#genesis')
      const genesis = flags.network === undefined ? undefined : await genesisOf(flags.network)
      const draft = flags.draft === undefined ? undefined : await genesisOf(flags.draft)
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
      await makePrivateFolder(data)
      await openNodeKey(data)
      const file = genesis === undefined ? draftKeyFile(data) : validatorKeyFile(data)
      if (genesis === undefined) await writeKeyFile(file, keystore)
      else {
        await withDag(data, async (store) => {
          await writeKeyFile(file, keystore)
          await beginAs(key.publicKey, store)
        })
      }
      await printValidator({ file, keystore }, key, flags, draft)
    })
}
