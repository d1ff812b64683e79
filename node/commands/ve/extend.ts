import type { Command } from 'commander'

import { vePars } from '../../governance/ve.ts'
import { wholeOf } from '../arguments.ts'
import { durationOf } from '../duration.ts'
import { progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { lockedFor, printTerm, type Term } from './term.ts'

interface ExtendFlags extends FromFlags {
  readonly for: bigint
}

export function configure(command: Command): void {
  command
    .argument('<id>', 'of the lock: pars ve show lists them', wholeOf)
    .requiredOption(
      '--for <time>',
      'from now on: 90d or 2y, at most 4y, which are 208 weeks here',
      durationOf,
    )
    .addHelpText(
      'after',
      `
  pars ve extend 0 --for 4y --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (id: bigint, flags: ExtendFlags) => {
    const time = lockedFor(flags.for, progress(flags.json))
    const sender = await openSender(flags)
    const call = vePars.call('extend', [id, time])
    const { transactionHash: hash } = await vePars.explained(sender.send(call))
    printTerm(flags.json, await vePars.event<Term>(sender.rpc, 'Extended', hash), hash)
  })
}
