import type { Command } from 'commander'

import type { Hex } from '#base'

import { didRegistry, identityOf } from '../../governance/identity.ts'
import { hashOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command.argument('<id>', 'of the identity: 32 bytes', hashOf).addHelpText(
    'after',
    `
Nobody can undo it. Its last head stays readable.
  pars did deactivate 0x1f02…6e5d --from 0x046c…20df`,
  )
  addFromOptions(command).action(async (id: Hex, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = didRegistry.call('deactivate', [id])
    const { transactionHash: hash } = await didRegistry.explained(sender.send(call))
    const { head, sequence } = await identityOf(sender.rpc, id)
    print(flags.json, { id, deactivated: true, head, sequence: Number(sequence), hash })
  })
}
