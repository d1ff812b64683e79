import process from 'node:process'

import { Command } from 'commander'

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

export function waitCommand(): Command {
  const command = new Command('wait')
    .description('Wait until a transaction is in a block.')
    .argument('<hash>', 'of the transaction', hashOf)
  addWaitOption(addRpcOptions(command))
  return command.action(async (hash: Hex, { rpc, json, timeout }: RpcFlags & WaitFlags) => {
    const receipt = await waitForReceipt(new RpcClient(rpc), hash, timeout)
    process.stdout.write(
      json ? `${JSON.stringify({ hash, ...receiptFacts(receipt) })}\n` : receiptLine(receipt),
    )
    checkSucceeded(receipt)
  })
}
