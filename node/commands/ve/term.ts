import type { Hex } from '#base'

import { timeOf } from '../../recovery.ts'
import { durationText } from '../duration.ts'
import { print } from '../printing.ts'

/** Of a lock: one of `end` and `kept` is 0. */
export interface Term {
  readonly id: bigint
  /** Seconds since 1970. */
  readonly end: bigint
  /** Seconds that always remain. */
  readonly kept: bigint
}

export function printTerm(json: boolean, { id, end, kept }: Term, hash: Hex): void {
  const term = kept > 0n ? { keeps: durationText(kept) } : { end: timeOf(end) }
  print(json, { id: Number(id), ...term, hash })
}
