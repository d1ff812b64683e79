import type { Hex } from '#base'
import type { Head } from '#chain'

import type { NodeStatus } from '../node-face.ts'
import { quantity } from './quantity.ts'

export type Progress =
  | false
  | { readonly startingBlock: Hex; readonly currentBlock: Hex; readonly highestBlock: Hex }

/** How far a node that catches up has come; false when there is nothing to catch up. */
export function renderProgress({ consensus }: NodeStatus, { header }: Head): Progress {
  const sync = consensus?.sync
  if (sync === undefined || sync === null) return false
  const current = Number(header.number)
  return {
    startingBlock: quantity(sync.from),
    currentBlock: quantity(current),
    highestBlock: quantity(Math.max(current, sync.to)),
  }
}
