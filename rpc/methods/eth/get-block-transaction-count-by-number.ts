import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { numberedBlock } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockTransactionCountByNumber = defineMethod({
  name: 'eth_getBlockTransactionCountByNumber',
  summary: 'Number of transactions in a block; null when there is none.',
  params: z.tuple([numberedBlock]),
  paramNames: ['block'],
  result: results.quantity.nullable(),
  handler: async ([block], { reads }) => {
    const found = await reads.counts(block)
    return found === undefined ? null : quantity(found.transactions)
  },
})
