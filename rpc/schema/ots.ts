/** What Otterscan sends and is answered. @see https://docs.otterscan.io/api-docs/ots-api */
import { z } from 'zod'

import type { BlockRef } from '#chain'

import { limits } from '../limits.ts'
import { numberedBlock, quantity64 } from './params.ts'
import * as results from './results.ts'

const count = z.number().int().nonnegative()

/** Otterscan sends plain numbers; other clients may send quantities. */
const number = z.union([count, quantity64.transform(Number)], {
  error: 'must be a number, or a quantity: 0x and hexadecimal digits',
})

export const anyNumber = z.union(
  [count.transform((height): BlockRef => ({ number: BigInt(height) })), numberedBlock],
  {
    error: 'must be a block number, or earliest, latest, safe, finalized or pending',
  },
)

export const page = number
export const pageSize = number.refine(
  (size) => size >= 1 && size <= limits.otsPage.value,
  `must be 1 to ${limits.otsPage.value}`,
)

/** 0: from the end that the search starts at. */
export const searchStart = number.transform((height) => (height === 0 ? undefined : BigInt(height)))

export const nonce = number.transform((value) => BigInt(value))

export const header = results.block.omit({
  size: true,
  transactions: true,
  uncles: true,
  withdrawals: true,
})

const slimBlock = results.block.omit({ transactions: true, logsBloom: true }).extend({
  logsBloom: z.null(),
  totalDifficulty: results.quantity,
  transactionCount: count,
})

const slimReceipt = results.receipt
  .omit({ logs: true, logsBloom: true })
  .extend({ logs: z.null(), logsBloom: z.null() })

export const blockDetails = z.strictObject({
  block: slimBlock,
  issuance: z.strictObject({
    blockReward: results.quantity,
    uncleReward: results.quantity,
    issuance: results.quantity,
  }),
  totalFees: results.quantity,
})

export const blockTransactions = z.strictObject({
  fullblock: slimBlock.extend({ transactions: z.array(results.transaction) }),
  receipts: z.array(slimReceipt),
})

export const foundTransactions = z.strictObject({
  txs: z.array(results.transaction),
  receipts: z.array(results.receipt.extend({ timestamp: count })),
  firstPage: z.boolean(),
  lastPage: z.boolean(),
})

export const internalOperation = z.strictObject({
  /** Transfer, self-destruct, create, create2. */
  type: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  from: results.address,
  to: results.address,
  value: results.quantity,
})

export const traceEntry = z.strictObject({
  type: z.string(),
  depth: count,
  from: results.address,
  to: results.address.nullable(),
  value: results.quantity.nullable(),
  input: results.data,
  output: results.data,
})
