import type { Command } from 'commander'

import type { Hex } from '#base'

import { didRegistry } from '../../governance/identity.ts'
import { hashOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command.argument('<id>', 'of the identity: 32 bytes', hashOf).addHelpText(
    'after',
    `
  pars did accept 0x1f02…6e5d --from 0x5f1e…77c0`,
  )
  addFromOptions(command).action(async (id: Hex, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = didRegistry.call('acceptControl', [id])
    const { transactionHash: hash } = await didRegistry.explained(sender.send(call))
    print(flags.json, { id, controller: sender.wallet.account.address, hash })
  })
}
