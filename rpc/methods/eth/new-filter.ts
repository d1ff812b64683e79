import { z } from 'zod'

import { LogsFilter } from '../../filters/filter.ts'
import { limits } from '../../limits.ts'
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
  handler([filter], { chain, filters, client, spend }) {
    const head = chain.head.header.number
    const pattern = { addresses: filter.address, topics: filter.topics }
    const made = new LogsFilter(pattern, filterRange(filter), head)
    const id = filters.add(made, client)
    spend(Math.floor(made.size / limits.unitWords.value))
    return id
  },
})
