import { z } from 'zod'

import { JsonText } from '../../json-text.ts'
import { defineMethod } from '../../method.ts'
import { Pieces, writeArray } from '../../render/pieces.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockReceipts = defineMethod({
  name: 'eth_getBlockReceipts',
  summary: 'All receipts of a block; null when there is none.',
  cost: 10,
  params: z.tuple([block]),
  paramNames: ['block'],
  result: z.array(results.receipt).nullable(),
  long: true,
  handler: async ([ref], { reads, view, clock }) => {
    const found = await reads.block(ref)
    if (found === undefined) return null
    const text = await writeArray(
      found.transactions,
      (transaction) => renderReceipt(view, found, transaction),
      new Pieces(clock),
    )
    return new JsonText(text)
  },
})
