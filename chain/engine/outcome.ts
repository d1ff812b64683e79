/**
 * What a commit came to beside its blocks, kept with the last one: a commit whose answer was lost
 * is answered again, in the same words, instead of executed again.
 */
import { decodeRlp, encodeRlp, equal, type Rlp, toBigInt, trimmed, utf8 } from '#base'
import type { Change, Reader } from '#storage'

import { keys, put } from '../block/layout.ts'
import type { Commit, CommitPlace, Skipped } from '../pars/commit.ts'

export interface Outcome {
  readonly skipped: readonly Skipped[]
  /** Indices of bodies that ended at a transaction that was never valid. */
  readonly broken: readonly number[]
}

const key = keys.meta('outcome')

/** A commit that made a block. */
export interface ExecutedCommit extends CommitPlace {
  /** 32 bytes. */
  readonly digest: Uint8Array
}

export function outcomeChange(
  { digest, epoch, index }: Commit,
  { skipped, broken }: Outcome,
): Change {
  const reasons = skipped.map(({ wireHash, reason }): Rlp => [wireHash, utf8(reason)])
  const bodies = broken.map((body) => trimmed(body))
  return put(key, encodeRlp([digest, trimmed(epoch), trimmed(index), bodies, reasons]))
}

/** The last commit that made a block; undefined before the first. */
export function lastCommit(reader: Reader): ExecutedCommit | undefined {
  const [digest, epoch, index] = read(reader) ?? []
  if (digest === undefined || epoch === undefined || index === undefined) return undefined
  return { digest, epoch: toBigInt(epoch), index: toBigInt(index) }
}

/** Undefined when the last commit was another one. */
export function outcomeOf(reader: Reader, digest: Uint8Array): Outcome | undefined {
  const [of, , , broken, skipped] = read(reader) ?? []
  if (of === undefined || broken === undefined || skipped === undefined) return undefined
  if (!equal(of, digest)) return undefined
  return {
    broken: broken.map((index) => Number(toBigInt(index))),
    skipped: skipped.map(([wireHash, reason]) => ({
      wireHash,
      reason: new TextDecoder().decode(reason),
    })),
  }
}

type Stored = [
  digest: Uint8Array,
  epoch: Uint8Array,
  index: Uint8Array,
  broken: readonly Uint8Array[],
  skipped: readonly (readonly [wireHash: Uint8Array, reason: Uint8Array])[],
]

function read(reader: Reader): Stored | undefined {
  const value = reader.get(key)
  return value === undefined ? undefined : (decodeRlp(value) as Stored)
}
