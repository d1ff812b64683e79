/** Blocks that nobody made, and their transactions, which nobody signed. */
import { hex } from '#base'
import type { Authorization, SimulatedBlock, SimulatedCall, SimulatedTransaction } from '#chain'
import { transactionType } from '#protocol'

import type { View } from '../view.ts'
import { renderBlock } from './block.ts'
import { renderLog } from './log.ts'
import { type Pieces, writeArray } from './pieces.ts'
import { quantity } from './quantity.ts'
import { describeRevert } from './revert.ts'
import type { RenderedTransaction } from './transaction.ts'

/** Numbers inside an answer that succeeded. @see ethereum/execution-apis, CallResultFailure */
const codes = { reverted: 3, halted: -32015 } as const

/**
 * JSON, with what the calls came to: 8 MiB of it take 80 ms.
 *
 * @param isFull Whether transactions are shown whole or by their hashes.
 */
export async function writeSimulated(
  block: SimulatedBlock,
  view: View,
  { isFull, chainId }: { readonly isFull: boolean; readonly chainId: bigint },
  pieces: Pieces,
): Promise<string> {
  const { transactions: hashes, ...rendered } = renderBlock({ ...block, ommers: [] })
  const whole = ([index, transaction]: [number, SimulatedTransaction]): RenderedTransaction =>
    ({
      ...view.shown(renderUnsigned(transaction, chainId)),
      blockHash: rendered.hash,
      blockNumber: rendered.number,
      blockTimestamp: rendered.timestamp,
      transactionIndex: quantity(index),
      hash: hex(transaction.hash),
      gasPrice: quantity(transaction.effectiveGasPrice),
    }) as RenderedTransaction
  const transactions = isFull
    ? await writeArray(block.transactions.entries(), whole, pieces)
    : JSON.stringify(hashes)
  const calls = await writeArray(
    block.calls.entries(),
    ([index, call]) => renderCall(call, index, block),
    pieces,
  )
  const header = JSON.stringify(rendered).slice(0, -1)
  return `${header},"transactions":${transactions},"calls":${calls}}`
}

function renderCall(call: SimulatedCall, index: number, block: SimulatedBlock) {
  const place = {
    blockHash: hex(block.hash),
    blockNumber: quantity(block.header.number),
    blockTimestamp: quantity(block.header.timestamp),
    transactionHash: hex(block.transactions[index]?.hash ?? new Uint8Array(32)),
    transactionIndex: quantity(index),
  }
  const { failure, output, logs } = call
  return {
    returnData: failure === undefined ? hex(output) : hex(new Uint8Array(0)),
    logs: logs.map((log) => renderLog(log, place, log.index)),
    gasUsed: quantity(call.gasUsed),
    maxUsedGas: quantity(call.maxUsedGas),
    status: quantity(failure === undefined ? 1 : 0),
    ...(failure === undefined ? {} : { error: errorOf(failure, output) }),
  }
}

function errorOf({ reason, message }: NonNullable<SimulatedCall['failure']>, output: Uint8Array) {
  if (reason === 'halted') return { code: codes.halted, message }
  const { data, text } = describeRevert(output)
  return { code: codes.reverted, message: text, data }
}

/** As a signed one, with zeros for its signature; a 0x50 names its algorithm and no key. */
function renderUnsigned(
  transaction: SimulatedTransaction,
  chainId: bigint,
): Readonly<Record<string, unknown>> {
  const { type, to, blobs, authorizations } = transaction
  const zero = quantity(0)
  const shared = {
    type: quantity(type),
    nonce: quantity(transaction.nonce),
    gas: quantity(transaction.gas),
    from: hex(transaction.from),
    to: to === undefined ? null : hex(to),
    value: quantity(transaction.value),
    input: hex(transaction.data),
    v: zero,
    r: zero,
    s: zero,
  }
  if (type === 0) return shared
  return {
    ...shared,
    chainId: quantity(chainId),
    yParity: zero,
    maxFeePerGas: quantity(transaction.maxFeePerGas),
    maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
    accessList: transaction.accessList.map(([address, slots]) => ({
      address: hex(address),
      storageKeys: slots.map(hex),
    })),
    ...(type === transactionType ? laneOf(transaction) : {}),
    ...(authorizations.length === 0
      ? {}
      : { authorizationList: authorizations.map(renderAuthorization) }),
    ...(blobs === undefined
      ? {}
      : {
          maxFeePerBlobGas: quantity(blobs.maxFeePerGas),
          blobVersionedHashes: blobs.hashes.map(hex),
        }),
  }
}

function renderAuthorization({ chainId, address, nonce, yParity, r, s }: Authorization) {
  return {
    chainId: quantity(chainId),
    address: hex(address),
    nonce: quantity(nonce),
    yParity: quantity(yParity),
    r: quantity(r),
    s: quantity(s),
  }
}

function laneOf({ nonceKey, algorithm }: SimulatedTransaction) {
  return {
    nonceKey: quantity(nonceKey),
    validUntil: quantity(0),
    ...(algorithm === undefined ? {} : { pqAlgorithm: quantity(algorithm) }),
  }
}
