import process from 'node:process'

import type { Command } from 'commander'

import { exitCodes } from '../../exit-codes.ts'
import { KeyFolder } from '../../keystore.ts'
import { addJsonOption, addKeysOption } from '../arguments.ts'
import { printKeys } from './facts.ts'

export function configure(command: Command): void {
  addJsonOption(addKeysOption(command)).action(
    async ({ keys, json }: { keys: string; json: boolean }) => {
      const all = await new KeyFolder(keys).list()
      printKeys(all, json)
      if (all.some((one) => 'fault' in one)) process.exitCode = exitCodes.key
    },
  )
}
