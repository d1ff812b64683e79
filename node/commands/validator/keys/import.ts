import { rm } from 'node:fs/promises'
import path from 'node:path'

import type { Command } from 'commander'

import { genesisHash } from '#genesis'
import { checkNetwork, openKeystore, sealKey } from '#identity'

import { beginAs, withDag } from '../../../consensus/begin.ts'
import { openNodeKey } from '../../../consensus/node-key.ts'
import {
  checkNoKey,
  draftKeyFile,
  isDraft,
  readValidatorKey,
  validatorKeyFile,
} from '../../../consensus/validator-key.ts'
import { genesisOf } from '../../../genesis-source.ts'
import { writeKeyFile } from '../../../keystore.ts'
import { readPassword } from '../../../password.ts'
import { makePrivateFolder } from '../../../private-file.ts'
import { systemRandom } from '../../../random.ts'
import { printValidator } from '../facts.ts'
import { addFolderOptions, type FolderFlags } from '../options.ts'

interface ImportFlags extends FolderFlags {
  readonly network: string
  readonly iKnow: boolean
}

export function configure(command: Command): void {
  addFolderOptions(command)
    .argument('<file>', 'of the key')
    .requiredOption('--network <genesis>', 'document or preset of the network it is for')
    .option('--i-know', 'take a key that was kept for another network', false)
    .addHelpText(
      'after',
      `
A key that has signed before needs its record too: pars validator slashing-protection import.
Without the record the validator asks the others what it signed before it signs again.
  pars validator keys import validator-0/validator-draft.json --data validator-0 --network genesis.json`,
    )
    .action(async (source: string, flags: ImportFlags) => {
      const { data } = flags
      const file = validatorKeyFile(data)
      await checkNoKey(file)
      const genesis = await genesisOf(flags.network)
      const networkId = genesisHash(genesis)
      const { keystore } = await readValidatorKey(source)
      const isNew = isDraft(keystore)
      if (!isNew && !flags.iKnow) checkNetwork(keystore, networkId)
      const password = await readPassword({
        file: flags.validatorPasswordFile,
        question: `Password of ${source}`,
      })
      const key = await openKeystore(keystore, password)
      const sealed = await sealKey({
        purpose: 'validator',
        key,
        address: keystore.address,
        networkId,
        password,
        random: systemRandom,
      })
      await makePrivateFolder(data)
      const nodeKey = await openNodeKey(data)
      nodeKey.assertApart(key.publicKey)
      // No node runs in the folder meanwhile.
      await withDag(data, async (store) => {
        await writeKeyFile(file, sealed)
        if (isNew) await beginAs(key.publicKey, store)
      })
      // A second folder made from it would begin anew with a key that has signed.
      if (isNew && path.resolve(source) === draftKeyFile(data)) await rm(source)
      await printValidator({ file, keystore: sealed }, key, flags)
    })
}
