import { z } from 'zod'

import { type Clock, hex } from '#base'
import type { AsyncReads, ChainFace } from '#chain'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { type Context, defineMethod } from '../../method.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { data, milliseconds } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

/** @see EIP-7966 */
export const sendRawTransactionSync = defineMethod({
  name: 'eth_sendRawTransactionSync',
  summary:
    'As eth_sendRawTransaction, and answers with the receipt once a block has it; with error 4 and the hash when none has it in time.',
  cost: 10,
  params: z.tuple([data, milliseconds.nullish()]),
  paramNames: ['transaction', 'timeout'],
  result: results.receipt,
  writes: true,
  handler: async ([wire, timeout], context, attempt) => {
    const { chain, client, clock, view } = context
    const end = clock.now() + Math.min(timeout ?? defaultTime, limits.receiptTime.value)
    attempt.begin()
    const hash = await chain.pool.submit(wire, { kind: 'client', id: client })
    attempt.begin(hex(hash))
    const found = await mined(hash, context, end)
    if (found === undefined) throw notMined(hash)
    return renderReceipt(view, found.block, found.transaction)
  },
})

const defaultTime = limits.receiptDefaultTime.value

type Found = Awaited<ReturnType<AsyncReads['transaction']>>

/** Undefined at the `end`, and when nobody waits or the pool has let it go. */
async function mined(
  hash: Uint8Array,
  { chain, reads, clock, signal }: Context,
  end: number,
): Promise<Found> {
  for (;;) {
    const moved = headOrEnd(chain, clock, signal, end)
    // While the pool has it, no block does.
    if (chain.pool.byHash(hash) === undefined) {
      const found = await reads.transaction(hash)
      if (found !== undefined || chain.pool.byHash(hash) === undefined) {
        moved.cancel()
        return found
      }
    }
    if (!(await moved.promise)) return undefined
  }
}

/** Resolves with true when head moves, with false at the end. */
function headOrEnd(
  chain: ChainFace,
  clock: Clock,
  signal: AbortSignal,
  end: number,
): { readonly promise: Promise<boolean>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const over = () => settle(false)
  const stop = chain.onHead(() => settle(true))
  const timer = clock.after(Math.max(0, end - clock.now()), over)
  signal.addEventListener('abort', over)
  const settle = (moved: boolean): void => {
    stop()
    timer.cancel()
    signal.removeEventListener('abort', over)
    resolve(moved)
  }
  if (signal.aborted) over()
  return { promise, cancel: over }
}

function notMined(hash: Uint8Array): RpcFault {
  return new RpcFault(
    { code: 'RPC_NOT_MINED', hash: hex(hash) },
    'the transaction was added to the pool but is in no block yet: ask eth_getTransactionReceipt for its hash',
  )
}
