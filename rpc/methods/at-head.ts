import type { AsyncReads, BlockRef, HeadEntries } from '#chain'

import type { Context } from '../method.ts'
import { known } from './known.ts'

/**
 * A single entry of a state, rendered: of the head at once where the chain has that at hand, of any
 * other block through a reader. Throws `RPC_BLOCK_UNKNOWN`.
 */
export function entryAt<Value, Rendered>(
  context: Pick<Context, 'chain' | 'reads'>,
  block: BlockRef,
  look: {
    readonly here: (entries: HeadEntries) => Value
    readonly there: (reads: AsyncReads) => Promise<Value | undefined>
    readonly render: (value: Value) => Rendered
  },
): Rendered | Promise<Rendered> {
  const { headEntries } = context.chain
  if (headEntries !== undefined && isHead(block)) return look.render(look.here(headEntries))
  return look.there(context.reads).then((found) => look.render(known(found, block)))
}

function isHead(block: BlockRef): boolean {
  return block === 'latest' || block === 'safe' || block === 'pending'
}
