import type { Command } from 'commander'

import { vePars } from '../../governance/ve.ts'
import { amountOf, wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { amountShown } from '../tokens.ts'

interface Increased {
  /** Wei, all of it. */
  readonly amount: bigint
}

export function configure(command: Command): void {
  command
    .argument('<id>', 'of the lock: pars ve show lists them', wholeOf)
    .argument('<amount>', 'to add: 1.5 for example, or 1500000000wei', amountOf)
    .addHelpText(
      'after',
      `
Its end stays where it is.
  pars ve increase 0 250 --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (id: bigint, added: bigint, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = vePars.call('increase', [id], added)
    const { transactionHash: hash } = await vePars.explained(sender.send(call))
    const { amount } = await vePars.event<Increased>(sender.rpc, 'Increased', hash)
    print(flags.json, { id: Number(id), amount: amountShown(flags.json, amount), hash })
  })
}
