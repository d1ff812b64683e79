import type { RenderTransaction } from '#chain'
import { transactionType } from '#protocol'

import { quantity } from './render/quantity.ts'

/** How one path of the server shows transactions and their receipts. */
export interface View {
  readonly path: '/' | '/eth'
  readonly transaction: RenderTransaction
  /** What of the JSON of a transaction is shown. */
  readonly shown: (rendered: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** The EIP-2718 type that is shown for the one a receipt has. */
  readonly receiptType: (type: number) => number
}

/** Transactions as they are. */
export function nativeView(render: RenderTransaction): View {
  return {
    path: '/',
    transaction: render,
    shown: (rendered) => rendered,
    receiptType: (type) => type,
  }
}

const dynamicFee = 2

/** What Ethereum's type 2 has of a 0x50 transaction. */
const kept = [
  'chainId',
  'nonce',
  'maxPriorityFeePerGas',
  'maxFeePerGas',
  'gasPrice',
  'gas',
  'from',
  'to',
  'value',
  'input',
  'accessList',
] as const

/** Readers demand a signature, and some refuse zeros in it. */
const signature = { v: quantity(0), r: quantity(1), s: quantity(1), yParity: quantity(0) }

/**
 * For clients that fail on types they do not know: 0x50 is shown as 0x2. Nothing can be recomputed
 * from that: not the hash, the sender, nor a root.
 */
export function ethereumView(render: RenderTransaction): View {
  return {
    path: '/eth',
    transaction: (wire, sender) => shown(render(wire, sender)),
    shown,
    receiptType: (type) => (type === transactionType ? dynamicFee : type),
  }
}

/** The JSON of a transaction as readers of Ethereum's types take it. */
function shown(rendered: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (rendered['type'] !== quantity(transactionType)) return rendered
  const shared = Object.fromEntries(kept.map((name) => [name, rendered[name]]))
  return { type: quantity(dynamicFee), ...shared, ...signature }
}
