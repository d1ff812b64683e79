import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderMined } from '../../render/transaction.ts'
import { hash, index } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getTransactionByBlockHashAndIndex = defineMethod({
  name: 'eth_getTransactionByBlockHashAndIndex',
  summary: 'A transaction by its place; null when there is none.',
  params: z.tuple([hash, index]),
  paramNames: ['hash', 'index'],
  result: results.transaction.nullable(),
  handler: async ([block, position], { reads, view }) => {
    const found = await reads.block({ hash: block })
    const transaction = found?.transactions[position]
    if (found === undefined || transaction === undefined) return null
    return renderMined(view, found, transaction)
  },
})
