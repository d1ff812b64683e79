import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getTransactionReceipt = defineMethod({
  name: 'eth_getTransactionReceipt',
  summary: 'Receipt of a transaction; null until it is in a block.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.receipt.nullable(),
  handler: async ([transaction], { chain, view }) => {
    const found = await chain.reads.transaction(transaction)
    return found === undefined ? null : renderReceipt(view, found.block, found.transaction)
  },
})
