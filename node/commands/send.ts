import process from 'node:process'

import type { Command } from 'commander'

import type { Hex } from '#base'

import { checkSucceeded, waitForReceipt } from '../receipt.ts'
import { RpcClient } from '../rpc-client.ts'
import {
  addFeeOptions,
  addKeyOptions,
  addressOf,
  addRpcOptions,
  addWaitOption,
  amountOf,
  dataOf,
  type FeeFlags,
  feesOf,
  type KeyFlags,
  receiptFacts,
  receiptLine,
  type RpcFlags,
  type WaitFlags,
  wholeOf,
} from './arguments.ts'
import { unlock } from './unlock.ts'

interface SendFlags extends RpcFlags, KeyFlags, FeeFlags, WaitFlags {
  readonly from: string
  readonly to: Hex
  readonly value?: bigint
  readonly data: Hex
  readonly lane?: bigint
  readonly validUntil?: bigint
  readonly wait: boolean
}

export function configure(command: Command): void {
  command
    .requiredOption('--from <account>', 'address of a key, or its file')
    .requiredOption('--to <address>', 'who receives or is called', addressOf)
    .option('--value <tokens>', '1.5 for example, or 1500000000wei', amountOf)
    .option('--data <hex>', 'of the call', dataOf, '0x')
    .option('--lane <number>', 'nonce key: transactions of two lanes need no order', wholeOf)
    .option('--valid-until <seconds>', 'last block timestamp that takes it', wholeOf)
    .option('--no-wait', 'return once the node has acknowledged it')
  addWaitOption(addFeeOptions(addKeyOptions(addRpcOptions(command))))
  command.action(async (flags: SendFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(flags.from, flags, rpc)
    const { to, value, data, lane: nonceKey, validUntil } = flags
    const request = { ...feesOf(flags), to, value, data, nonceKey, validUntil }
    const signed = await wallet.sign(request)
    await wallet.submit(signed)
    await report(rpc, { hash: signed.hash, from: wallet.account.address }, flags)
  })
}

/** Prints what was sent and, unless told otherwise, what became of it. Throws `NODE_REVERTED`. */
export async function report(
  rpc: RpcClient,
  sent: { readonly hash: Hex; readonly from: Hex },
  { json, wait, timeout }: Pick<SendFlags, 'json' | 'wait' | 'timeout'>,
): Promise<void> {
  // Before the wait: whoever interrupts it knows what to ask for.
  if (!json) process.stdout.write(`${sent.hash}\n`)
  if (!wait) {
    if (json) process.stdout.write(`${JSON.stringify(sent)}\n`)
    return
  }
  const receipt = await waitForReceipt(rpc, sent.hash, timeout)
  const { contractAddress } = receipt
  const contract = contractAddress === undefined ? '' : `contract ${contractAddress}\n`
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...sent, ...receiptFacts(receipt) })}\n`
      : receiptLine(receipt) + (receipt.succeeded ? contract : ''),
  )
  checkSucceeded(receipt)
}
