import { z } from 'zod'

import { BlockFilter } from '../../filters/filter.ts'
import { defineMethod } from '../../method.ts'
import * as results from '../../schema/results.ts'

export const newBlockFilter = defineMethod({
  name: 'eth_newBlockFilter',
  summary: 'Begins to watch for blocks; eth_getFilterChanges gives their hashes.',
  cost: 5,
  params: z.tuple([]),
  paramNames: [],
  result: results.data,
  handler: (_, { chain, filters, client }) =>
    filters.add(new BlockFilter(chain.head.header.number), client),
})
