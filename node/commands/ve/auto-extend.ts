import { Argument, type Command } from 'commander'

import { vePars } from '../../governance/ve.ts'
import { wholeOf } from '../arguments.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { printTerm, type Term } from './term.ts'

export function configure(command: Command): void {
  command
    .argument('<id>', 'of the lock: pars ve show lists them', wholeOf)
    .addArgument(new Argument('<switch>').choices(['on', 'off']))
    .addHelpText(
      'after',
      `
On: the lock keeps the time that remains of it, and with it its weight. Off: that time begins to pass.
  pars ve auto-extend 0 on --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (id: bigint, position: 'off' | 'on', flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = vePars.call('setAutoExtend', [id, position === 'on'])
    const { transactionHash: hash } = await vePars.explained(sender.send(call))
    printTerm(flags.json, await vePars.event<Term>(sender.rpc, 'AutoExtended', hash), hash)
  })
}
