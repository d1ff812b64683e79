import type { Command } from 'commander'

import { carryOut } from '../../governance/decision.ts'
import { presentOf } from '../../governance/present.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { addNumber, printed } from './arguments.ts'

export function configure(command: Command): void {
  addNumber(command).addHelpText(
    'after',
    `
By anybody, once the vote is over. For example: pars pip queue 42 --from 0x…`,
  )
  addFromOptions(command).action(async (number: number, flags: FromFlags) => {
    const sender = await openSender(flags)
    const { pip, hash } = await carryOut(sender, number, 'queue')
    const { status, proposal } = pip
    const { now } = await presentOf(sender.rpc)
    printed(flags.json, { number, status, eta: proposal?.eta, hash }, now)
  })
}
