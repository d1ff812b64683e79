import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getTransactionReceipt = defineMethod({
  name: 'eth_getTransactionReceipt',
  summary: 'Receipt of a transaction; null until it is in a block.',
  differs: 'finds by either hash; `type` is 0x50, on `/eth` 0x2.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.receipt.nullable(),
  handler: async ([transaction], { reads, view }) => {
    const found = await reads.transaction(transaction)
    return found === undefined ? null : renderReceipt(view, found.block, found.transaction)
  },
})
