import { z } from 'zod'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderPool } from '../../render/pool.ts'
import { renderPending } from '../../render/transaction.ts'
import * as results from '../../schema/results.ts'

export const content = defineMethod({
  name: 'txpool_content',
  summary: 'Every transaction of the pool, by sender and nonce; those of other lanes by lane too.',
  params: z.tuple([]),
  paramNames: [],
  result: results.pooled(results.transaction),
  long: true,
  cost: 50,
  handler: (_, { chain, view, clock }) => {
    const listed = chain.pool.list()
    const bytes = listed.reduce((sum, { wire }) => sum + wire.length, 0)
    if (bytes > limits.poolBytes.value) {
      throw new RpcFault(
        { code: 'RPC_RESPONSE_TOO_LARGE', bytes, most: limits.poolBytes.value },
        'response too large: ask txpool_contentFrom for one sender, or txpool_inspect',
      )
    }
    return renderPool(listed, (transaction) => renderPending(view, transaction), clock)
  },
})
