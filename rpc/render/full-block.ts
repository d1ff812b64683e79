import type { Clock } from '#base'
import type { BlockView } from '#chain'

import { JsonText } from '../json-text.ts'
import type { View } from '../view.ts'
import { renderBlock } from './block.ts'
import { Pieces, writeArray } from './pieces.ts'
import { renderMined } from './transaction.ts'

/** A block with its transactions. A full one takes 80 ms to write. */
export async function renderFullBlock(
  block: BlockView,
  view: View,
  clock: Clock,
): Promise<JsonText> {
  const { transactions: _, ...header } = renderBlock(block)
  const transactions = await writeArray(
    block.transactions,
    (transaction) => renderMined(view, block, transaction),
    new Pieces(clock),
  )
  return new JsonText(`${JSON.stringify(header).slice(0, -1)},"transactions":${transactions}}`)
}
