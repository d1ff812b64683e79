/**
 * The pool on disk. A transaction is acknowledged only when its record is synced; one that leaves
 * without entering a block leaves a record of why.
 */
import { encodeRlp, toBigInt, trimmed, utf8 } from '#base'
import type { Change, Reader } from '#storage'

import { keys, under } from '../block/layout.ts'
import { corrupt, storedRlp } from '../block/stored.ts'
import { limits } from './limits.ts'

const stored = storedRlp('pool')

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
  /** The sender in whose quota it keeps its slot: of what expired. */
  readonly expired?: Uint8Array | undefined
}

/** What an earlier run left, each oldest first. */
export interface Left {
  readonly pooled: readonly PooledRecord[]
  /** Transactions that expired, as far as evictions are remembered. */
  readonly expired: readonly { readonly sender: Uint8Array; readonly at: number }[]
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

  evict(hash: Uint8Array, { reason, at, expired }: EvictionRecord): Promise<void> {
    const slot = expired === undefined ? [] : [expired]
    const value = encodeRlp([utf8(reason), trimmed(at), ...slot])
    const forgotten = this.#remember(hash)
    return this.#write(
      { type: 'del', key: keys.pooled(hash) },
      { type: 'put', key: keys.evicted(hash), value },
      ...forgotten,
    )
  }

  /** Rejects with `STORE_CORRUPT`. */
  async load(reader: Reader): Promise<Left> {
    const evictions: (EvictionRecord & { readonly hash: string })[] = []
    for await (const [key, value] of reader.entries(under('e'))) {
      evictions.push({ hash: key.subarray(1).toHex(), ...readEviction(value) })
    }
    evictions.sort((a, b) => a.at - b.at)
    for (const { hash } of evictions) this.#evicted.add(hash)
    const pooled: PooledRecord[] = []
    for await (const [key, value] of reader.entries(under('p'))) {
      const [receivedAt, wire, ...more] = items(value)
      if (receivedAt === undefined || wire === undefined || more.length > 0) throw corrupt('pool')
      pooled.push({ hash: key.slice(1), wire, receivedAt: Number(toBigInt(receivedAt)) })
    }
    return {
      pooled: pooled.toSorted((a, b) => a.receivedAt - b.receivedAt),
      expired: evictions.flatMap(({ expired, at }) => (expired ? [{ sender: expired, at }] : [])),
    }
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
  const [reason, at, expired, ...more] = items(value)
  if (reason === undefined || at === undefined || more.length > 0) throw corrupt('pool')
  const told = { reason: new TextDecoder().decode(reason), at: Number(toBigInt(at)) }
  return expired === undefined ? told : { ...told, expired }
}

function items(value: Uint8Array): readonly Uint8Array[] {
  return stored.list(stored.decode(value)).map(stored.bytes)
}
