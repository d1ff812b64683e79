import type { Command } from 'commander'

import type { Hex } from '#base'

import { treasury } from '../../governance/treasury.ts'
import { wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { amountShown } from '../tokens.ts'

interface Withdrawn {
  readonly recipient: Hex
  readonly amount: bigint
}

export function configure(command: Command): void {
  command.argument('<stream>', 'its number: pars treasury lists them', wholeOf).addHelpText(
    'after',
    `
Anyone may ask for it, and pays the gas; the recipient alone is paid.
  pars treasury withdraw 3 --from 0x046c…20df`,
  )
  addFromOptions(command).action(async (stream: bigint, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = treasury.call('withdraw', [stream])
    const { transactionHash: hash } = await treasury.explained(sender.send(call))
    const paid = await treasury.event<Withdrawn>(sender.rpc, 'Withdrawn', hash)
    const amount = amountShown(flags.json, paid.amount)
    print(flags.json, { stream: Number(stream), recipient: paid.recipient, amount, hash })
  })
}
