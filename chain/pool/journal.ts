/**
 * The pool on disk. A transaction is acknowledged only when its record is synced; one that leaves
 * without entering a block leaves a record of why.
 */
import { decodeRlp, encodeRlp, Fault, isFault, type Rlp, toBigInt, trimmed, utf8 } from '#base'
import type { Change, Reader } from '#storage'

import { keys, under } from '../block/layout.ts'
import { limits } from './limits.ts'

/** Writes all of `changes`, synced, or rejects. Calls take effect in order. */
export type Persist = (changes: readonly Change[]) => Promise<void>

/** A transaction that an earlier run acknowledged. */
export interface PooledRecord {
  readonly hash: Uint8Array
  readonly wire: Uint8Array
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

export interface EvictionRecord {
  /** A code `TX_*` or `POOL_*`. */
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export class PoolJournal {
  readonly #persist: Persist
  #waiting: Change[] = []
  /** The write that takes what waits. */
  #next: Promise<void> | undefined
  /** Ends with the last write, whatever becomes of it. */
  #last: Promise<void> = Promise.resolve()
  /** Hashes with an eviction record, oldest first. */
  readonly #evicted = new Set<string>()

  constructor(persist: Persist) {
    this.#persist = persist
  }

  /** Resolves once the record is on disk. */
  add({ hash, wire, receivedAt }: PooledRecord): Promise<void> {
    const value = encodeRlp([trimmed(receivedAt), wire])
    return this.#write({ type: 'put', key: keys.pooled(hash), value }, ...this.#pardon(hash))
  }

  /** The transaction is in a block. */
  done(hash: Uint8Array): Promise<void> {
    return this.#write({ type: 'del', key: keys.pooled(hash) })
  }

  evict(hash: Uint8Array, { reason, at }: EvictionRecord): Promise<void> {
    const value = encodeRlp([utf8(reason), trimmed(at)])
    const forgotten = this.#remember(hash)
    return this.#write(
      { type: 'del', key: keys.pooled(hash) },
      { type: 'put', key: keys.evicted(hash), value },
      ...forgotten,
    )
  }

  /** What an earlier run left, oldest first. Rejects with `STORE_CORRUPT`. */
  async load(reader: Reader): Promise<PooledRecord[]> {
    const evictions: { hash: string; at: number }[] = []
    for await (const [key, value] of reader.entries(under('e'))) {
      evictions.push({ hash: key.subarray(1).toHex(), at: readEviction(value).at })
    }
    for (const { hash } of evictions.toSorted((a, b) => a.at - b.at)) this.#evicted.add(hash)
    const pooled: PooledRecord[] = []
    for await (const [key, value] of reader.entries(under('p'))) {
      const [receivedAt, wire] = pair(value)
      pooled.push({ hash: key.slice(1), wire, receivedAt: Number(toBigInt(receivedAt)) })
    }
    return pooled.toSorted((a, b) => a.receivedAt - b.receivedAt)
  }

  /** Resolves when no write is under way or waiting. */
  async settled(): Promise<void> {
    for (let last: unknown; last !== this.#last; await this.#last) last = this.#last
  }

  /** Changes that come while a write runs share the next one. */
  #write(...changes: readonly Change[]): Promise<void> {
    this.#waiting.push(...changes)
    if (this.#next !== undefined) return this.#next
    const next = this.#last.then(() => this.#flush())
    this.#next = next
    this.#last = next.catch(() => undefined)
    return next
  }

  #flush(): Promise<void> {
    const changes = this.#waiting
    this.#waiting = []
    this.#next = undefined
    return this.#persist(changes)
  }

  #remember(hash: Uint8Array): Change[] {
    this.#evicted.delete(hash.toHex())
    this.#evicted.add(hash.toHex())
    if (this.#evicted.size <= limits.evictions.value) return []
    const [oldest] = this.#evicted
    return oldest === undefined ? [] : this.#pardon(Uint8Array.fromHex(oldest))
  }

  #pardon(hash: Uint8Array): Change[] {
    return this.#evicted.delete(hash.toHex()) ? [{ type: 'del', key: keys.evicted(hash) }] : []
  }
}

/** Why `hash` left the pool, if the journal remembers it. */
export function evictionOf(reader: Reader, hash: Uint8Array): EvictionRecord | undefined {
  const value = reader.get(keys.evicted(hash))
  return value === undefined ? undefined : readEviction(value)
}

function readEviction(value: Uint8Array): EvictionRecord {
  const [reason, at] = pair(value)
  return { reason: new TextDecoder().decode(reason), at: Number(toBigInt(at)) }
}

function pair(value: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const [first, second] = list(value)
  if (first instanceof Uint8Array && second instanceof Uint8Array) return [first, second]
  throw corrupt()
}

function list(value: Uint8Array): readonly Rlp[] {
  try {
    const items = decodeRlp(value)
    return items instanceof Uint8Array ? [] : items
  } catch (error) {
    if (isFault(error, 'RLP_INVALID')) throw corrupt()
    throw error
  }
}

function corrupt(): Fault {
  return new Fault(
    { code: 'STORE_CORRUPT', what: 'pool' },
    'the store is damaged: restore it from a backup or another node',
  )
}
