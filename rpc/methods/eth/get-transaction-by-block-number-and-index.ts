import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderMined } from '../../render/transaction.ts'
import { index, numberedBlock } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getTransactionByBlockNumberAndIndex = defineMethod({
  name: 'eth_getTransactionByBlockNumberAndIndex',
  summary: 'A transaction by its place; null when there is none.',
  params: z.tuple([numberedBlock, index]),
  paramNames: ['block', 'index'],
  result: results.transaction.nullable(),
  handler: async ([block, position], { reads, view }) => {
    const found = await reads.block(block)
    const transaction = found?.transactions[position]
    if (found === undefined || transaction === undefined) return null
    return renderMined(view, found, transaction)
  },
})
