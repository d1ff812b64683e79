/**
 * What a commit came to beside its blocks, kept with the last one: a commit whose answer was lost
 * is answered again, in the same words, instead of executed again.
 */
import { decodeRlp, encodeRlp, equal, type Rlp, toBigInt, trimmed, utf8 } from '#base'
import type { Change, Reader } from '#storage'

import { keys, put } from '../block/layout.ts'
import type { Skipped } from '../pars/commit.ts'

export interface Outcome {
  readonly skipped: readonly Skipped[]
  /** Indices of bodies that ended at a transaction that was never valid. */
  readonly broken: readonly number[]
}

const key = keys.meta('outcome')

export function outcomeChange(digest: Uint8Array, { skipped, broken }: Outcome): Change {
  const reasons = skipped.map(({ wireHash, reason }): Rlp => [wireHash, utf8(reason)])
  return put(key, encodeRlp([digest, broken.map((index) => trimmed(index)), reasons]))
}

/** Undefined when the last commit was another one. */
export function outcomeOf(reader: Reader, digest: Uint8Array): Outcome | undefined {
  const value = reader.get(key)
  if (value === undefined) return undefined
  const [of, broken, skipped] = decodeRlp(value) as [
    Uint8Array,
    readonly Uint8Array[],
    readonly (readonly [Uint8Array, Uint8Array])[],
  ]
  if (!equal(of, digest)) return undefined
  return {
    broken: broken.map((index) => Number(toBigInt(index))),
    skipped: skipped.map(([wireHash, reason]) => ({
      wireHash,
      reason: new TextDecoder().decode(reason),
    })),
  }
}
