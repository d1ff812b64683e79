import { z } from 'zod'

import { LogsFilter } from '../../filters/filter.ts'
import { defineMethod } from '../../method.ts'
import { logFilter } from '../../schema/filter.ts'
import * as results from '../../schema/results.ts'
import { filterRange } from '../log-range.ts'

export const newFilter = defineMethod({
  name: 'eth_newFilter',
  summary:
    'Begins to watch for logs; eth_getFilterChanges gives what came, five minutes unused ends it.',
  cost: 5,
  params: z.tuple([logFilter]),
  paramNames: ['filter'],
  result: results.data,
  handler([filter], { chain, filters, client }) {
    const head = chain.head.header.number
    const pattern = { addresses: filter.address, topics: filter.topics }
    return filters.add(new LogsFilter(pattern, filterRange(filter), head), client)
  },
})
