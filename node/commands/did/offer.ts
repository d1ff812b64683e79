import type { Command } from 'commander'

import type { Hex } from '#base'

import { didRegistry } from '../../governance/identity.ts'
import { addressOf, hashOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command
    .argument('<id>', 'of the identity: 32 bytes', hashOf)
    .argument('<account>', 'that may accept; 0x followed by 40 zeros takes it back', addressOf)
    .addHelpText(
      'after',
      `
You control it until the other accepts, and never again after that.
  pars did offer 0x1f02…6e5d 0x5f1e…77c0 --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (id: Hex, to: Hex, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = didRegistry.call('offerControl', [id, to])
    const { transactionHash: hash } = await didRegistry.explained(sender.send(call))
    print(flags.json, { id, offeredTo: to, hash })
  })
}
