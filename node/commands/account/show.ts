import { Command } from 'commander'

import { addJsonOption, addKeysOption } from '../arguments.ts'
import { keysOf } from '../unlock.ts'
import { printKeys } from './facts.ts'

export function showCommand(): Command {
  const command = new Command('show')
    .description('Show what stands in the files of an account. No password is needed.')
    .argument('<account>', 'address of a key, or its file')
  return addJsonOption(addKeysOption(command)).action(
    async (account: string, { keys, json }: { keys: string; json: boolean }) => {
      printKeys(await keysOf(account, { keys }), json)
    },
  )
}
