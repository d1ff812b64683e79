import process from 'node:process'

import { type Command, InvalidArgumentError } from 'commander'

import { hex, type Hex, quantity } from '#base'

import { bytesIn, RpcClient } from '../rpc-client.ts'
import { addressOf, addRpcOptions, amountOf, dataOf, type RpcFlags } from './arguments.ts'

interface CallFlags extends RpcFlags {
  readonly to: Hex
  readonly data: Hex
  readonly value?: bigint
  readonly from?: Hex
  readonly block: string
}

export function configure(command: Command): void {
  command
    .requiredOption('--to <address>', 'the contract', addressOf)
    .option('--data <hex>', 'selector and arguments', dataOf, '0x')
    .option('--value <tokens>', '1.5 for example, or 1500000000wei', amountOf)
    .option('--from <address>', 'who seems to call', addressOf)
    .option('--block <number>', 'number, or earliest, latest, safe, finalized', blockOf, 'latest')
  addRpcOptions(command).action(async (flags: CallFlags) => {
    const { to, data, from, block } = flags
    const call = { to, data, from, value: quantity(flags.value ?? 0n) }
    const answer = await new RpcClient(flags.rpc).ask('eth_call', call, block)
    const returned = hex(bytesIn(answer))
    process.stdout.write(flags.json ? `${JSON.stringify({ returned })}\n` : `${returned}\n`)
  })
}

function blockOf(text: string): string {
  if (/^(?:earliest|latest|safe|finalized)$/.test(text)) return text
  if (/^\d{1,15}$/.test(text)) return quantity(Number(text))
  throw new InvalidArgumentError('Give a number, or earliest, latest, safe or finalized.')
}
