import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockTransactionCountByHash = defineMethod({
  name: 'eth_getBlockTransactionCountByHash',
  summary: 'Number of transactions in a block; null when there is none.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.quantity.nullable(),
  handler: async ([block], { reads }) => {
    const found = await reads.counts({ hash: block })
    return found === undefined ? null : quantity(found.transactions)
  },
})
