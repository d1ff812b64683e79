/** The place of a transaction around what a view shows of it. */
import { hex, type Hex } from '#base'
import type { AddedTransaction, Head, PlacedTransaction } from '#chain'

import type { View } from '../view.ts'
import { quantity } from './quantity.ts'

/** What every transaction has, whatever the profile. */
export interface RenderedTransaction {
  readonly blockHash: Hex | null
  readonly blockNumber: Hex | null
  readonly blockTimestamp: Hex | null
  readonly transactionIndex: Hex | null
  readonly hash: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly type: Hex
  readonly nonce: Hex
  readonly gas: Hex
  readonly gasPrice: Hex
  readonly value: Hex
  readonly input: Hex
  readonly signature?: never
  readonly [field: string]: unknown
}

/** `gasPrice` is what was paid per gas. */
export function renderMined(
  view: View,
  block: Head,
  { hash, wire, index, receipt }: PlacedTransaction,
): RenderedTransaction {
  return {
    ...view.transaction(wire, receipt.sender),
    blockHash: hex(block.hash),
    blockNumber: quantity(block.header.number),
    blockTimestamp: quantity(block.header.timestamp),
    transactionIndex: quantity(index),
    hash: hex(hash),
    gasPrice: quantity(receipt.effectiveGasPrice),
  } as RenderedTransaction
}

export function renderPending(
  view: View,
  { hash, wire, sender }: AddedTransaction,
): RenderedTransaction {
  return {
    ...view.transaction(wire, sender),
    blockHash: null,
    blockNumber: null,
    blockTimestamp: null,
    transactionIndex: null,
    hash: hex(hash),
  } as RenderedTransaction
}
