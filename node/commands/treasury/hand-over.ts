import type { Command } from 'commander'

import type { Hex } from '#base'

import { treasury } from '../../governance/treasury.ts'
import { addressOf, wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command
    .argument('<stream>', 'its number: pars treasury lists them', wholeOf)
    .argument('<account>', 'that is paid from now on, also what has vested already', addressOf)
    .addHelpText(
      'after',
      `
By the recipient alone, who cannot take it back.
  pars treasury hand-over 3 0x5f1e…77c0 --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (stream: bigint, account: Hex, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = treasury.call('handOver', [stream, account])
    const { transactionHash: hash } = await treasury.explained(sender.send(call))
    print(flags.json, { stream: Number(stream), recipient: account, hash })
  })
}
