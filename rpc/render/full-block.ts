import type { Clock } from '#base'
import type { BlockView } from '#chain'

import { JsonText } from '../json-text.ts'
import { limits } from '../limits.ts'
import type { View } from '../view.ts'
import { renderBlock } from './block.ts'
import { renderMined } from './transaction.ts'

/** A block with its transactions. A full one takes 80 ms to write, so others get in between. */
export async function renderFullBlock(
  block: BlockView,
  view: View,
  clock: Clock,
): Promise<JsonText> {
  const { transactions: _, ...header } = renderBlock(block)
  // Appending copies nothing; joining would copy 15 MB once more, in one piece.
  let text = `${JSON.stringify(header).slice(0, -1)},"transactions":[`
  let bytes = 0
  for (const [index, transaction] of block.transactions.entries()) {
    if (bytes >= limits.renderBytes.value) {
      await new Promise<void>((resolve) => clock.after(0, resolve))
      bytes = 0
    }
    if (index > 0) text += ','
    text += JSON.stringify(renderMined(view, block, transaction))
    bytes += transaction.wire.length
  }
  return new JsonText(`${text}]}`)
}
