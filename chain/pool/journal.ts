/**
 * The pool on disk. A transaction is acknowledged only when its record is synced; one that leaves
 * without entering a block leaves a record of why.
 */
import { decodeRlp, encodeRlp, toBigInt, trimmed, utf8 } from '#base'
import type { Change, Reader } from '#storage'

import { keys, under } from '../block/layout.ts'
import { limits } from './limits.ts'

/** Writes all of `changes`, synced, or rejects. Calls take effect in order. */
export type Persist = (changes: readonly Change[]) => Promise<void>

export interface EvictionRecord {
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export class PoolJournal {
  readonly #persist: Persist
  #queue: Change[] = []
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined
  readonly #evictions: Uint8Array[] = []

  constructor(persist: Persist) {
    this.#persist = persist
  }

  /** Resolves once the record is on disk. Calls that come while a write runs share the next one. */
  add(hash: Uint8Array, wire: Uint8Array, receivedAt: number): Promise<void> {
    const value = encodeRlp([trimmed(receivedAt), wire])
    return this.#write({ type: 'put', key: keys.pooled(hash), value })
  }

  /** The transaction is in a block, or its nonce is consumed. */
  done(hash: Uint8Array): Promise<void> {
    return this.#write({ type: 'del', key: keys.pooled(hash) })
  }

  evict(hash: Uint8Array, { reason, at }: EvictionRecord): Promise<void> {
    const value = encodeRlp([utf8(reason), trimmed(at)])
    this.#evictions.push(hash)
    const forgotten =
      this.#evictions.length > limits.evictions.value ? this.#evictions.shift() : undefined
    return this.#write(
      { type: 'del', key: keys.pooled(hash) },
      { type: 'put', key: keys.evicted(hash), value },
      ...(forgotten === undefined
        ? []
        : [{ type: 'del', key: keys.evicted(forgotten) } as const]),
    )
  }

  /** What an earlier run left, oldest first. */
  async load(reader: Reader): Promise<{ wire: Uint8Array; receivedAt: number }[]> {
    const evictions: { hash: Uint8Array; at: number }[] = []
    for await (const [key, value] of reader.entries(under('e'))) {
      evictions.push({ hash: key.slice(1), at: readEviction(value).at })
    }
    evictions.sort((a, b) => a.at - b.at)
    this.#evictions.push(...evictions.map(({ hash }) => hash))
    const pooled: { wire: Uint8Array; receivedAt: number }[] = []
    for await (const [, value] of reader.entries(under('p'))) {
      const [receivedAt, wire] = decodeRlp(value) as [Uint8Array, Uint8Array]
      pooled.push({ wire, receivedAt: Number(toBigInt(receivedAt)) })
    }
    return pooled.sort((a, b) => a.receivedAt - b.receivedAt)
  }

  /** Resolves when no write is under way or waiting. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined)
  }

  #write(...changes: readonly Change[]): Promise<void> {
    this.#queue.push(...changes)
    if (this.#writing === undefined) {
      this.#writing = this.#flush()
      return this.#writing
    }
    this.#next ??= this.#writing.then(
      () => this.#flushNext(),
      () => this.#flushNext(),
    )
    return this.#next
  }

  #flushNext(): Promise<void> {
    this.#next = undefined
    this.#writing = this.#flush()
    return this.#writing
  }

  async #flush(): Promise<void> {
    const changes = this.#queue
    this.#queue = []
    try {
      await this.#persist(changes)
    } finally {
      if (this.#next === undefined) this.#writing = undefined
    }
  }
}

/** Why `hash` left the pool, if the journal remembers it. */
export function evictionOf(reader: Reader, hash: Uint8Array): EvictionRecord | undefined {
  const value = reader.get(keys.evicted(hash))
  return value === undefined ? undefined : readEviction(value)
}

function readEviction(value: Uint8Array): EvictionRecord {
  const [reason, at] = decodeRlp(value) as [Uint8Array, Uint8Array]
  return { reason: new TextDecoder().decode(reason), at: Number(toBigInt(at)) }
}
