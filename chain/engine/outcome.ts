/**
 * What a commit came to beside its blocks, kept with the last one: a commit whose answer was lost
 * is answered again, in the same words, instead of executed again.
 */
import { encodeRlp, equal, type Rlp, toBigInt, trimmed, utf8 } from '#base'
import type { Change, Reader } from '#storage'

import { keys, put } from '../block/layout.ts'
import { storedRlp } from '../block/stored.ts'
import type { CommitPlace, Skipped } from '../pars/commit.ts'
import { placeIn } from '../pars/place.ts'
import type { Header } from '../port.ts'

export interface Outcome {
  readonly skipped: readonly Skipped[]
  /** Indices of bodies that ended at a transaction that was never valid. */
  readonly broken: readonly number[]
}

const key = keys.meta('outcome')
const stored = storedRlp('outcome')

/** A commit that made a block. */
export interface ExecutedCommit extends CommitPlace {
  /** 32 bytes. */
  readonly digest: Uint8Array
}

export function outcomeChange(
  { digest, epoch, index }: ExecutedCommit,
  { skipped, broken }: Outcome,
): Change {
  const reasons = skipped.map(({ wireHash, reason }): Rlp => [wireHash, utf8(reason)])
  const bodies = broken.map((body) => trimmed(body))
  return put(key, encodeRlp([digest, trimmed(epoch), trimmed(index), bodies, reasons]))
}

/** What the commit of `head` came to, apart from what it skipped: that no block tells. */
export function outcomeOfHead({
  number,
  extraData,
  parentBeaconBlockRoot: digest,
}: Header): Change {
  if (number === 0n || digest === undefined) return { type: 'del', key }
  const { epoch, index } = placeIn(extraData)
  return outcomeChange({ digest, epoch, index }, { skipped: [], broken: [] })
}

/** The last commit that made a block; undefined before the first. Throws `STORE_CORRUPT`. */
export function lastCommit(reader: Reader): ExecutedCommit | undefined {
  return read(reader)?.commit
}

/** Undefined when the last commit was another one. Throws `STORE_CORRUPT`. */
export function outcomeOf(reader: Reader, digest: Uint8Array): Outcome | undefined {
  const found = read(reader)
  return found !== undefined && equal(found.commit.digest, digest) ? found.outcome : undefined
}

function read(
  reader: Reader,
): { readonly commit: ExecutedCommit; readonly outcome: Outcome } | undefined {
  const value = reader.get(key)
  if (value === undefined) return undefined
  const [digest, epoch, index, broken, skipped] = stored.list(stored.decode(value))
  return {
    commit: {
      digest: stored.bytes(digest),
      epoch: toBigInt(stored.bytes(epoch)),
      index: toBigInt(stored.bytes(index)),
    },
    outcome: {
      broken: stored.list(broken).map((body) => Number(toBigInt(stored.bytes(body)))),
      skipped: stored.list(skipped).map(toSkipped),
    },
  }
}

function toSkipped(item: Rlp): Skipped {
  const [wireHash, reason] = stored.list(item)
  return {
    wireHash: stored.bytes(wireHash),
    reason: new TextDecoder().decode(stored.bytes(reason)),
  }
}
