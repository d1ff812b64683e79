import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { numberedBlock } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getUncleCountByBlockNumber = defineMethod({
  name: 'eth_getUncleCountByBlockNumber',
  summary: 'Number of ommers of a block: zero on Pars; null when there is no such block.',
  params: z.tuple([numberedBlock]),
  paramNames: ['block'],
  result: results.quantity.nullable(),
  handler: async ([block], { reads }) => {
    const found = await reads.counts(block)
    return found === undefined ? null : quantity(found.ommers)
  },
})
