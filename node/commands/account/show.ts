import type { Command } from 'commander'

import { addJsonOption, addKeysOption } from '../arguments.ts'
import { keysOf } from '../unlock.ts'
import { printKeys } from './facts.ts'

export function configure(command: Command): void {
  command.argument('<account>', 'address of a key, or its file')
  addJsonOption(addKeysOption(command)).action(
    async (account: string, { keys, json }: { keys: string; json: boolean }) => {
      printKeys(await keysOf(account, { keys }), json)
    },
  )
}
