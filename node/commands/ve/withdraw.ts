import type { Command } from 'commander'

import { vePars } from '../../governance/ve.ts'
import { wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { amountShown } from '../tokens.ts'

interface Withdrawn {
  readonly amount: bigint
}

export function configure(command: Command): void {
  command.argument('<id>', 'of the lock: pars ve show lists them', wholeOf).addHelpText(
    'after',
    `
Pays back exactly what was locked.
  pars ve withdraw 0 --from 0x046c…20df`,
  )
  addFromOptions(command).action(async (id: bigint, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = vePars.call('withdraw', [id])
    const { transactionHash: hash } = await vePars.explained(sender.send(call))
    const { amount } = await vePars.event<Withdrawn>(sender.rpc, 'Withdrawn', hash)
    print(flags.json, { id: Number(id), amount: amountShown(flags.json, amount), hash })
  })
}
