import process from 'node:process'

import type { Command } from 'commander'

import type { Hex } from '#base'

import { checkSucceeded, waitForReceipt } from '../receipt.ts'
import { RpcClient } from '../rpc-client.ts'
import {
  addRpcOptions,
  addWaitOption,
  hashOf,
  receiptFacts,
  receiptLine,
  type RpcFlags,
  type WaitFlags,
} from './arguments.ts'

export function configure(command: Command): void {
  command.argument('<hash>', 'of the transaction', hashOf)
  addWaitOption(addRpcOptions(command))
  command.action(async (hash: Hex, { rpc, json, timeout }: RpcFlags & WaitFlags) => {
    const receipt = await waitForReceipt(new RpcClient(rpc), hash, timeout)
    process.stdout.write(
      json ? `${JSON.stringify({ hash, ...receiptFacts(receipt) })}\n` : receiptLine(receipt),
    )
    checkSucceeded(receipt)
  })
}
