import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderPoolOf } from '../../render/pool.ts'
import { renderPending } from '../../render/transaction.ts'
import { address } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const contentFrom = defineMethod({
  name: 'txpool_contentFrom',
  summary: 'What the pool holds of one sender, by nonce; of other lanes by lane too.',
  params: z.tuple([address]),
  paramNames: ['address'],
  result: results.pooledFrom,
  long: true,
  cost: 5,
  handler: ([sender], { chain, view, clock }) => {
    const listed = chain.pool.list(sender)
    return renderPoolOf(listed, (transaction) => renderPending(view, transaction), clock)
  },
})
