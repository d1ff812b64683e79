import type { Command } from 'commander'

import { registry } from '../../governance/contracts.ts'
import { pipOf, presentOf } from '../../governance/present.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { addNumber, printed } from './arguments.ts'

export function configure(command: Command): void {
  addNumber(command).addHelpText(
    'after',
    `
By the author, who needs the votes that the tier of its actions asks for. From then on the text does not
change. For example: pars pip open 42 --from 0x…`,
  )
  addFromOptions(command).action(async (number: number, flags: FromFlags) => {
    const sender = await openSender(flags)
    await registry.explained(sender.send(registry.call('openVoting', [BigInt(number)])))
    const present = await presentOf(sender.rpc)
    const { status, proposalId, proposal } = await pipOf(present, number)
    const { tier, snapshot, deadline } = proposal ?? {}
    printed(flags.json, { number, status, proposalId, tier, snapshot, deadline }, present.now)
  })
}
