import path from 'node:path'

import { type Command, Option } from 'commander'

import { addJsonOption } from '../arguments.ts'

/** What the commands about a validator's data folder have in common. */
export interface FolderFlags {
  readonly data: string
  readonly validatorPasswordFile?: string
  readonly json: boolean
}

/** What a proof is made for, before the genesis is complete. */
export function draftOption(): Option {
  return new Option(
    '--draft <genesis>',
    'document of the network, complete but for its validators: adds the proof that it asks of one',
  )
}

export function addFolderOption(command: Command): Command {
  return command.addOption(
    new Option('--data <folder>', 'data folder of the validator’s node')
      .env('PARS_DATA')
      .argParser((folder) => path.resolve(folder))
      .makeOptionMandatory(),
  )
}

export function addFolderOptions(command: Command): Command {
  return addJsonOption(
    addFolderOption(command).addOption(
      new Option(
        '--validator-password-file <file>',
        'whose first line is the password; a terminal is asked unless given',
      ).env('PARS_VALIDATOR_PASSWORD_FILE'),
    ),
  )
}
