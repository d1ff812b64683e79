import { Fault, hex, type Hex } from '#base'

import { systemClock } from './clock.ts'
import { bytesIn, fieldsIn, quantityIn, type RpcClient } from './rpc-client.ts'

const interval = 200

/** What became of a transaction. */
export interface Receipt {
  readonly transactionHash: Hex
  readonly blockNumber: bigint
  readonly gasUsed: bigint
  /** Of the contract that it created. */
  readonly contractAddress: Hex | undefined
  readonly succeeded: boolean
}

/**
 * Asks until the transaction is in a block. Throws `NODE_WAIT` after `seconds`.
 */
export async function waitForReceipt(rpc: RpcClient, hash: Hex, seconds: number): Promise<Receipt> {
  const end = systemClock.now() + seconds * 1_000
  for (;;) {
    const answer = await rpc.ask('eth_getTransactionReceipt', hash)
    if (answer !== null) return receiptIn(answer)
    if (systemClock.now() >= end) {
      throw new Fault(
        { code: 'NODE_WAIT', hash, seconds },
        'it is in no block yet, and may still come: wait longer with pars wait',
      )
    }
    await new Promise<void>((resolve) => systemClock.after(interval, resolve))
  }
}

/** Throws `NODE_REVERTED` unless the transaction did what it says. */
export function checkSucceeded({ succeeded, transactionHash, gasUsed }: Receipt): void {
  if (succeeded) return
  throw new Fault(
    { code: 'NODE_REVERTED', hash: transactionHash, gasUsed },
    'the transaction is in a block, its gas is paid, and nothing else was done',
  )
}

function receiptIn(answer: unknown): Receipt {
  const { contractAddress, ...fields } = fieldsIn(answer)
  return {
    transactionHash: hex(bytesIn(fields['transactionHash'], 32)),
    blockNumber: quantityIn(fields['blockNumber']),
    gasUsed: quantityIn(fields['gasUsed']),
    contractAddress:
      contractAddress === null || contractAddress === undefined
        ? undefined
        : hex(bytesIn(contractAddress, 20)),
    succeeded: quantityIn(fields['status']) === 1n,
  }
}
