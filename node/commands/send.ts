import process from 'node:process'

import type { Command } from 'commander'

import type { Hex } from '#base'

import { checkSucceeded, waitForReceipt } from '../receipt.ts'
import { isRefused, RpcClient } from '../rpc-client.ts'
import type { Signed, Wallet } from '../wallet.ts'
import {
  addressOf,
  addSendingOptions,
  amountOf,
  dataOf,
  feesOf,
  receiptFacts,
  receiptLine,
  type SendingFlags,
  wholeOf,
} from './arguments.ts'
import { unlock } from './unlock.ts'

interface SendFlags extends SendingFlags {
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
  addSendingOptions(command)
  command.action(async (flags: SendFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(flags.from, flags, rpc)
    const { to, value, data, lane: nonceKey, validUntil } = flags
    const request = { ...feesOf(flags), to, value, data, nonceKey, validUntil }
    await submit({ rpc, wallet, signed: await wallet.sign(request) }, flags)
  })
}

export interface Submission {
  readonly rpc: RpcClient
  readonly wallet: Wallet
  readonly signed: Signed
  /** Of a key that was made for the transaction. */
  readonly file?: string
}

interface Follow extends Pick<SendingFlags, 'json' | 'timeout'> {
  /** True unless given. */
  readonly wait?: boolean
}

/**
 * Sends and prints what was sent and, unless told otherwise, what became of it. What may be in a block
 * is told whatever fails then. Throws `NODE_REVERTED`, `NODE_WAIT` and what `Wallet.submit` throws.
 */
export async function submit(
  { rpc, wallet, signed, file }: Submission,
  { json, wait = true, timeout }: Follow,
): Promise<void> {
  const made = file === undefined ? {} : { file }
  const sent = { hash: signed.hash, from: wallet.account.address, ...made }
  // One object in all: a program that gets an error too still finds what it has to look for.
  const tell = (facts: object): void => {
    if (json && Object.keys(facts).length > 0) process.stdout.write(`${JSON.stringify(facts)}\n`)
  }
  const say = (text: string): void => {
    if (!json) process.stdout.write(text)
  }
  if (file !== undefined) say(`the new key is in ${file}\n`)
  try {
    await wallet.submit(signed)
  } catch (error) {
    const isNowhere = isRefused(error)
    if (!isNowhere) say(`${sent.hash}\n`)
    tell(isNowhere ? made : sent)
    throw error
  }
  say(`${sent.hash}\n`)
  if (!wait) return tell(sent)
  const receipt = await waitForReceipt(rpc, sent.hash, timeout).catch((error: unknown) => {
    tell(sent)
    throw error
  })
  const { contractAddress, succeeded } = receipt
  say(receiptLine(receipt))
  if (contractAddress !== undefined && succeeded) say(`contract ${contractAddress}\n`)
  tell({ ...sent, ...receiptFacts(receipt) })
  checkSucceeded(receipt)
}
