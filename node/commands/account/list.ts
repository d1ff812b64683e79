import process from 'node:process'

import type { Command } from 'commander'

import { KeyFolder } from '../../keystore.ts'
import { addJsonOption, addKeysOption } from '../arguments.ts'
import { printKeys } from './facts.ts'

export function configure(command: Command): void {
  addJsonOption(addKeysOption(command)).action(
    async ({ keys, json }: { keys: string; json: boolean }) => {
      const all = await new KeyFolder(keys).list()
      printKeys(
        all.filter((one) => 'keystore' in one),
        json,
      )
      for (const one of all) {
        if ('fault' in one) process.stderr.write(`pars: ${one.file}: ${one.fault.message}\n`)
      }
    },
  )
}
