import type { Command } from 'commander'

import { isFault } from '#base'
import { openKeystore } from '#identity'

import {
  draftKeyFile,
  readValidatorKey,
  validatorKeyFile,
} from '../../../consensus/validator-key.ts'
import { genesisOf } from '../../../genesis-source.ts'
import type { KeyFile } from '../../../keystore.ts'
import { readPassword } from '../../../password.ts'
import { printValidator } from '../facts.ts'
import { addFolderOptions, draftOption, type FolderFlags } from '../options.ts'

interface ShowFlags extends FolderFlags {
  readonly draft?: string
}

export function configure(command: Command): void {
  addFolderOptions(command)
    .addOption(draftOption())
    .action(async (flags: ShowFlags) => {
      const draft = flags.draft === undefined ? undefined : await genesisOf(flags.draft)
      const found = await ownKey(flags.data)
      const password = await readPassword({
        file: flags.validatorPasswordFile,
        question: `Password of ${found.file}`,
      })
      const key = await openKeystore(found.keystore, password)
      await printValidator(found, key, flags, draft)
    })
}

/** The key of the folder, or its draft. */
async function ownKey(data: string): Promise<KeyFile> {
  try {
    return await readValidatorKey(validatorKeyFile(data))
  } catch (error) {
    if (!isFault(error, 'NODE_FILE')) throw error
    return readValidatorKey(draftKeyFile(data))
  }
}
