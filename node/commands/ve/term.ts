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

const longest = 208n * 604_800n
const fourYears = 4n * 31_536_000n

/**
 * For how long to lock when somebody asks for `time`, both in seconds: four years mean the longest, which
 * is four days less, and `tell` hears so.
 */
export function lockedFor(time: bigint, tell: (step: string) => void): bigint {
  if (time !== fourYears) return time
  tell('four years: 208 weeks, the longest that there is')
  return longest
}

export function printTerm(json: boolean, { id, end, kept }: Term, hash: Hex): void {
  const term = kept > 0n ? { keeps: durationText(kept) } : { end: timeOf(end) }
  print(json, { id: Number(id), ...term, hash })
}
