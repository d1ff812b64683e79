import type { Command } from 'commander'

import { vePars } from '../../governance/ve.ts'
import { timeOf } from '../../recovery.ts'
import { amountOf } from '../arguments.ts'
import { durationOf } from '../duration.ts'
import { print, progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { amountShown } from '../tokens.ts'
import { lockedFor } from './term.ts'

interface LockFlags extends FromFlags {
  readonly for: bigint
}

interface Locked {
  readonly id: bigint
  readonly amount: bigint
  readonly end: bigint
}

export function configure(command: Command): void {
  command
    .argument('<amount>', '1.5 for example, or 1500000000wei', amountOf)
    .requiredOption(
      '--for <time>',
      '90d or 2y: 30 days to 4y, which are 208 weeks here',
      durationOf,
    )
    .addHelpText(
      'after',
      `
The lock ends at the first whole week that does not begin before that time, and can't be opened sooner.
The longer it has to run, the more it weighs.
  pars ve lock 1000 --for 2y --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (amount: bigint, flags: LockFlags) => {
    const time = lockedFor(flags.for, progress(flags.json))
    const sender = await openSender(flags)
    const call = vePars.call('lock', [time], amount)
    const { transactionHash: hash } = await vePars.explained(sender.send(call))
    const { id, end } = await vePars.event<Locked>(sender.rpc, 'Locked', hash)
    const shown = amountShown(flags.json, amount)
    print(flags.json, { id: Number(id), amount: shown, end: timeOf(end), hash })
  })
}
