import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderMined, renderPending } from '../../render/transaction.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

/**
 * The pool is asked before the chain and yields to it: asked after, a transaction that enters a block
 * between the two would be in neither.
 */
export const getTransactionByHash = defineMethod({
  name: 'eth_getTransactionByHash',
  summary: 'A transaction by hash, from a block or the pool; null when neither has it.',
  differs:
    'finds by the transaction hash and by the hash of the whole encoding; `hash` is the former, and the key and signature are `pqPublicKey` (or `pqKeyHash`) and `pqSignature`. On `/eth` it is shown as type 0x2, from which nothing can be recomputed.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.transaction.nullable(),
  handler: async ([transaction], { chain, reads, view }) => {
    const pooled = chain.pool.byHash(transaction)
    const found = await reads.transaction(transaction)
    if (found !== undefined) return renderMined(view, found.block, found.transaction)
    return pooled === undefined ? null : renderPending(view, pooled)
  },
})
