import type { BlockView } from '#chain'

import { renderBlock } from './block.ts'
import { quantity } from './quantity.ts'

/** A block as Otterscan has it: without what is long and rarely looked at. */
export function renderSlimBlock(block: BlockView) {
  const { transactions, ...rendered } = renderBlock(block)
  return {
    ...rendered,
    logsBloom: null,
    // No block was ever mined.
    totalDifficulty: quantity(0),
    transactionCount: transactions.length,
  }
}

/** What the senders of a block paid for gas, in wei. */
export function totalFees({ transactions }: BlockView): bigint {
  return transactions.reduce(
    (sum, { receipt }) => sum + receipt.gasUsed * receipt.effectiveGasPrice,
    0n,
  )
}
