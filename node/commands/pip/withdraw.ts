import type { Command } from 'commander'

import { registry } from '../../governance/contracts.ts'
import { presentOf, summaryOf } from '../../governance/present.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { addNumber } from './arguments.ts'

export function configure(command: Command): void {
  addNumber(command).addHelpText(
    'after',
    `
By the author; afterwards the voters decide. The number stays taken. For example:
  pars pip withdraw 42 --from 0x…`,
  )
  addFromOptions(command).action(async (number: number, flags: FromFlags) => {
    const sender = await openSender(flags)
    await registry.explained(sender.send(registry.call('withdraw', [BigInt(number)])))
    const { status } = await summaryOf(await presentOf(sender.rpc), number)
    print(flags.json, { number, status })
  })
}
