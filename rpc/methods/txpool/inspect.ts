import { z } from 'zod'

import type { ListedTransaction } from '#chain'

import { defineMethod } from '../../method.ts'
import { renderPool } from '../../render/pool.ts'
import { renderPending } from '../../render/transaction.ts'
import * as results from '../../schema/results.ts'
import type { View } from '../../view.ts'

export const inspect = defineMethod({
  name: 'txpool_inspect',
  summary: 'Every transaction of the pool in one line: receiver, value, gas and highest price.',
  params: z.tuple([]),
  paramNames: [],
  result: results.pooled(z.string()),
  long: true,
  cost: 50,
  handler: (_, { chain, view, clock }) =>
    renderPool(chain.pool.list(), (transaction) => lineOf(view, transaction), clock),
})

/** The words of geth: tools parse them. */
function lineOf(view: View, transaction: ListedTransaction): string {
  const { to, value, gas, gasPrice } = renderPending(view, transaction)
  const receiver = to ?? 'contract creation'
  return `${receiver}: ${BigInt(value)} wei + ${BigInt(gas)} gas × ${BigInt(gasPrice)} wei`
}
