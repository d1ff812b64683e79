import { hex } from '#base'
import type { BlockView } from '#chain'
import { keccak256 } from '#crypto'

import { renderHeader } from './header.ts'
import { quantity } from './quantity.ts'

/** With the hashes of its transactions. No totalDifficulty: it left Ethereum's document, and clients take its absence. */
export function renderBlock(
  block: Omit<BlockView, 'transactions'> & {
    readonly transactions: readonly { readonly hash: Uint8Array }[]
  },
) {
  const { transactions, ommers, withdrawals } = block
  return {
    ...renderHeader(block),
    size: quantity(block.size),
    transactions: transactions.map(({ hash }) => hex(hash)),
    uncles: ommers.map((ommer) => hex(keccak256(ommer))),
    ...(withdrawals === undefined
      ? {}
      : {
          withdrawals: withdrawals.map((withdrawal) => ({
            index: quantity(withdrawal.index),
            validatorIndex: quantity(withdrawal.validatorIndex),
            address: hex(withdrawal.address),
            amount: quantity(withdrawal.amount),
          })),
        }),
  }
}
