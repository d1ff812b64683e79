import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { placeOf } from '../../render/pool.ts'
import { renderPending } from '../../render/transaction.ts'
import { address } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const contentFrom = defineMethod({
  name: 'txpool_contentFrom',
  summary: 'What the pool holds of one sender, by nonce; of other lanes by lane too.',
  params: z.tuple([address]),
  paramNames: ['address'],
  result: results.pooledFrom,
  handler: ([sender], { chain, view }) => {
    const part = (isExecutable: boolean) =>
      Object.fromEntries(
        chain.pool
          .list(sender)
          .filter((listed) => listed.isExecutable === isExecutable)
          .map((listed) => [placeOf(listed), renderPending(view, listed)]),
      )
    return { pending: part(true), queued: part(false) }
  },
})
