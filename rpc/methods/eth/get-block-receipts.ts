import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockReceipts = defineMethod({
  name: 'eth_getBlockReceipts',
  summary: 'All receipts of a block; null when there is none.',
  params: z.tuple([block]),
  paramNames: ['block'],
  result: z.array(results.receipt).nullable(),
  handler: async ([ref], { chain, view }) => {
    const found = await chain.reads.block(ref)
    if (found === undefined) return null
    return found.transactions.map((transaction) => renderReceipt(view, found, transaction))
  },
})
