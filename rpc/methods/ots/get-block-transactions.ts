import { z } from 'zod'

import type { BlockView, PlacedTransaction } from '#chain'

import { defineMethod } from '../../method.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { renderSlimBlock } from '../../render/slim-block.ts'
import { renderMined } from '../../render/transaction.ts'
import { anyNumber, blockTransactions, page, pageSize } from '../../schema/ots.ts'
import type { View } from '../../view.ts'

export const getBlockTransactions = defineMethod({
  name: 'ots_getBlockTransactions',
  summary:
    'Transactions of a block by pages, the last ones on page 0, with 4 bytes of their data, and receipts without logs.',
  params: z.tuple([anyNumber, page, pageSize]),
  paramNames: ['block', 'page', 'pageSize'],
  result: blockTransactions.nullable(),
  handler: async ([ref, number, size], { reads, view }) => {
    const block = await reads.block(ref)
    if (block === undefined) return null
    const end = Math.max(0, block.transactions.length - number * size)
    const shown = block.transactions.slice(Math.max(0, end - size), end)
    return {
      fullblock: {
        ...renderSlimBlock(block),
        transactions: shown.map((transaction) => short(view, block, transaction)),
      },
      receipts: shown.map((transaction) => ({
        ...renderReceipt(view, block, transaction),
        logs: null,
        logsBloom: null,
      })),
    }
  },
})

const selectorDigits = '0x'.length + 8

function short(view: View, block: BlockView, transaction: PlacedTransaction) {
  const rendered = renderMined(view, block, transaction)
  return { ...rendered, input: rendered.input.slice(0, selectorDigits) as typeof rendered.input }
}
