import { z } from 'zod'

import { PendingFilter } from '../../filters/filter.ts'
import { defineMethod } from '../../method.ts'
import * as results from '../../schema/results.ts'

export const newPendingTransactionFilter = defineMethod({
  name: 'eth_newPendingTransactionFilter',
  summary:
    'Begins to watch the pool; eth_getFilterChanges gives hashes of what came in, or with true the transactions that are still there.',
  cost: 5,
  params: z.tuple([z.boolean().nullish()]),
  paramNames: ['full'],
  result: results.data,
  handler: ([full], { feeds, filters, client }) =>
    filters.add(new PendingFilter(feeds.pool, full === true), client),
})
