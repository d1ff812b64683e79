import process from 'node:process'

import type { Command } from 'commander'

import { type Funds, fundsOf, type Stream, streamsOf } from '../governance/treasury.ts'
import { timeOf } from '../recovery.ts'
import { RpcClient } from '../rpc-client.ts'
import { addPageOptions, addRpcOptions, type RpcFlags } from './arguments.ts'
import { addSubcommands } from './subcommands.ts'
import { tokensText } from './tokens.ts'

interface TreasuryFlags extends RpcFlags {
  readonly start: bigint
  readonly most: bigint
}

export function configure(command: Command): void {
  command.enablePositionalOptions().addHelpText(
    'after',
    `
Prints what the treasury has, what its streams still owe, what votes of each tier may spend of the rest
now, and the streams. Only governance spends it:
pars pip has what a proposal does to it.
  pars treasury
  pars treasury withdraw 3 --from 0x046c…20df`,
  )
  addPageOptions(addRpcOptions(command)).action(async (flags: TreasuryFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const [funds, streams] = await Promise.all([fundsOf(rpc), streamsOf(rpc, flags)])
    process.stdout.write(flags.json ? facts(funds, streams) : text(funds, streams))
  })
  addSubcommands(command, [
    [
      'withdraw',
      'Have a stream’s recipient paid what has vested.',
      () => import('./treasury/withdraw.ts'),
    ],
    [
      'hand-over',
      'Make another account the recipient of your stream.',
      () => import('./treasury/hand-over.ts'),
    ],
  ])
}

function facts({ spendable, ...amounts }: Funds, streams: readonly Stream[]): string {
  const shown = streams.map(({ recipient, ...one }) => ({
    id: Number(one.id),
    recipient,
    amount: `${one.amount}`,
    withdrawn: `${one.withdrawn}`,
    withdrawable: `${one.withdrawable}`,
    start: Number(one.start),
    cliff: Number(one.cliff),
    end: Number(one.end),
    cancelledAt: one.cancelledAt === 0n ? null : Number(one.cancelledAt),
  }))
  const texts = Object.entries(amounts).map(([name, wei]) => [name, `${wei}`])
  const byTier = spendable.map(String)
  const all = { ...Object.fromEntries(texts), spendable: byTier, streams: shown }
  return `${JSON.stringify(all)}\n`
}

function text(
  { balance, reserved, available, spendable }: Funds,
  streams: readonly Stream[],
): string {
  const lines = [
    `balance   ${tokensText(balance)} PARS`,
    `reserved  ${tokensText(reserved)}`,
    `available ${tokensText(available)} PARS`,
    ...spendable.map((wei, tier) => `  to tier ${tier} ${tokensText(wei)} PARS`),
    ...streams.flatMap((one) => [
      `stream ${one.id} to ${one.recipient}: ${tokensText(one.amount)} PARS`,
      `  ${termText(one)}; ${tokensText(one.withdrawn)} paid, ${tokensText(one.withdrawable)} to withdraw`,
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function termText({ start, cliff, end, cancelledAt }: Stream): string {
  if (cancelledAt > 0n) return `cancelled ${timeOf(cancelledAt)}`
  const until = `${timeOf(start)} to ${timeOf(end)}`
  return cliff > start ? `${until}, nothing before ${timeOf(cliff)}` : until
}
