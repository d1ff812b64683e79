import { z } from 'zod'

import type { Clock } from '#base'
import type { FoundTransactions } from '#chain'

import { JsonText } from '../../json-text.ts'
import { defineMethod } from '../../method.ts'
import { Pieces, writeArray } from '../../render/pieces.ts'
import { renderReceipt } from '../../render/receipt.ts'
import { renderMined } from '../../render/transaction.ts'
import { foundTransactions, pageSize, searchStart } from '../../schema/ots.ts'
import { address } from '../../schema/params.ts'
import type { View } from '../../view.ts'

const params = z.tuple([address, searchStart, pageSize])
const paramNames = ['address', 'block', 'pageSize'] as const
/** Runs up to a few hundred blocks again. */
const cost = 200
const scope =
  'Looks at the blocks that changed the account: a call that changed nothing of it is not found, and a node without --archive knows the last day.'

export const searchTransactionsBefore = defineMethod({
  name: 'ots_searchTransactionsBefore',
  summary: `Transactions of, to or through an account before a block, newest first; 0: the newest. ${scope}`,
  params,
  paramNames,
  result: foundTransactions,
  long: true,
  cost,
  handler: async ([account, start, size], { reads, view, clock }) =>
    render(await reads.transactionsOf(account, 'before', start, size), view, clock),
})

export const searchTransactionsAfter = defineMethod({
  name: 'ots_searchTransactionsAfter',
  summary: `Transactions of, to or through an account after a block, newest first; 0: the oldest. ${scope}`,
  params,
  paramNames,
  result: foundTransactions,
  long: true,
  cost,
  handler: async ([account, start, size], { reads, view, clock }) =>
    render(await reads.transactionsOf(account, 'after', start, size), view, clock),
})

async function render(
  { found, isOldest, isNewest }: FoundTransactions,
  view: View,
  clock: Clock,
): Promise<JsonText> {
  const pieces = new Pieces(clock)
  const txs = await writeArray(
    found,
    ({ block, transaction }) => renderMined(view, block, transaction),
    pieces,
  )
  const receipts = await writeArray(
    found,
    ({ block, transaction }) => ({
      ...renderReceipt(view, block, transaction),
      timestamp: Number(block.header.timestamp),
    }),
    pieces,
  )
  return new JsonText(
    `{"txs":${txs},"receipts":${receipts},"firstPage":${isNewest},"lastPage":${isOldest}}`,
  )
}
