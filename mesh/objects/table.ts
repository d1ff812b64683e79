import { equal } from '#base'

import { grown } from './coded-set.ts'
import { SipHash } from './siphash.ts'

const idBytes = 32

/** What a node remembers of an object beside its bytes. */
export interface Entry {
  /** 32 bytes. */
  readonly id: Uint8Array
  readonly kind: number
  /** Place in `priorities`. */
  readonly rank: number
  /** Bytes of the body. */
  readonly size: number
  /** Seconds since 1970. */
  readonly received: number
  readonly expires: number
  /** 8 bytes: the set that it is reconciled in. */
  readonly scope: Uint8Array
  /** 8 bytes: who brought it; zeros for the node itself. */
  readonly source: Uint8Array
}

export interface Usage {
  count: number
  bytes: number
}

/** Labels by small numbers, so that a row needs four bytes for one, and what is stored under each. */
class Groups {
  readonly #numbers = new Map<string, number>()
  readonly #labels: Uint8Array[] = []
  readonly #usage: Usage[] = []
  /** Of these, what others brought. */
  readonly #foreign: Usage[] = []
  readonly #free: number[] = []

  /** The number of `label`, which is given one. */
  join(label: Uint8Array, size: number, isOwn: boolean): number {
    const name = label.toHex()
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#free.pop() ?? this.#labels.length
      this.#numbers.set(name, number)
      this.#labels[number] = label.slice()
      this.#usage[number] = { count: 0, bytes: 0 }
      this.#foreign[number] = { count: 0, bytes: 0 }
    }
    this.#account(number, 1, size, isOwn)
    return number
  }

  leave(number: number, size: number, isOwn: boolean): void {
    this.#account(number, -1, -size, isOwn)
    if (this.usage(number).count > 0) return
    this.#numbers.delete(this.label(number).toHex())
    this.#free.push(number)
  }

  numberOf(label: Uint8Array): number | undefined {
    return this.#numbers.get(label.toHex())
  }

  label(number: number): Uint8Array {
    return this.#labels[number] ?? new Uint8Array(8)
  }

  usage(number: number | undefined): Usage {
    return (number === undefined ? undefined : this.#usage[number]) ?? { count: 0, bytes: 0 }
  }

  foreign(number: number | undefined): Usage {
    return (number === undefined ? undefined : this.#foreign[number]) ?? { count: 0, bytes: 0 }
  }

  #account(number: number, count: number, size: number, isOwn: boolean): void {
    for (const usage of [this.usage(number), ...(isOwn ? [] : [this.foreign(number)])]) {
      usage.count += count
      usage.bytes += size
    }
  }
}

/**
 * All entries in columns, about 70 bytes for each outside the heap: 100,000 objects must fit beside
 * everything else into 64 MiB. Rows move when one is removed.
 */
export class Table {
  readonly scopes = new Groups()
  readonly sources = new Groups()
  readonly #hash: SipHash
  readonly #foreignKinds = Array.from({ length: 256 }, (): Usage => ({ count: 0, bytes: 0 }))
  readonly #kinds = Array.from({ length: 256 }, (): Usage => ({ count: 0, bytes: 0 }))
  #count = 0
  #bytes = 0
  #ids = new Uint8Array(0)
  #kind = new Uint8Array(0)
  #rank = new Uint8Array(0)
  #size = new Uint32Array(0)
  #received = new Uint32Array(0)
  #expires = new Uint32Array(0)
  #scope = new Uint32Array(0)
  #source = new Uint32Array(0)
  /** Row + 1 by the hash of its id; 0: none. */
  #index = new Uint32Array(64)

  /** @param key 16 secret bytes: nobody can choose ids that land in one place. */
  constructor(key: Uint8Array) {
    this.#hash = new SipHash(key)
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  kindUsage(kind: number): Usage {
    return this.#kinds[kind] ?? { count: 0, bytes: 0 }
  }

  /** Of a kind, what others brought. */
  foreignKindUsage(kind: number): Usage {
    return this.#foreignKinds[kind] ?? { count: 0, bytes: 0 }
  }

  isOwn(row: number): boolean {
    return isZero(this.sources.label(this.source(row)))
  }

  id(row: number): Uint8Array {
    return this.#ids.subarray(row * idBytes, (row + 1) * idBytes)
  }

  kind(row: number): number {
    return this.#kind[row] ?? 0
  }

  rank(row: number): number {
    return this.#rank[row] ?? 0
  }

  size(row: number): number {
    return this.#size[row] ?? 0
  }

  received(row: number): number {
    return this.#received[row] ?? 0
  }

  expires(row: number): number {
    return this.#expires[row] ?? 0
  }

  scope(row: number): number {
    return this.#scope[row] ?? 0
  }

  source(row: number): number {
    return this.#source[row] ?? 0
  }

  entry(row: number): Entry {
    return {
      id: this.id(row).slice(),
      kind: this.kind(row),
      rank: this.rank(row),
      size: this.size(row),
      received: this.received(row),
      expires: this.expires(row),
      scope: this.scopes.label(this.scope(row)),
      source: this.sources.label(this.source(row)),
    }
  }

  find(id: Uint8Array): number | undefined {
    const slot = this.#slotOf(id)
    const row = this.#index[slot] ?? 0
    return row === 0 ? undefined : row - 1
  }

  /** An id that is not there yet. */
  insert(entry: Entry): void {
    if ((this.#count + 1) * 2 > this.#index.length) this.#widen()
    if (this.#count >= this.#kind.length) this.#grow()
    const row = this.#count++
    this.#ids.set(entry.id, row * idBytes)
    this.#kind[row] = entry.kind
    this.#rank[row] = entry.rank
    this.#size[row] = entry.size
    this.#received[row] = entry.received
    this.#expires[row] = entry.expires
    const isOwn = isZero(entry.source)
    this.#scope[row] = this.scopes.join(entry.scope, entry.size, isOwn)
    this.#source[row] = this.sources.join(entry.source, entry.size, isOwn)
    this.#account(entry.kind, 1, entry.size, isOwn)
    this.#index[this.#slotOf(entry.id)] = row + 1
  }

  /** @returns Whether it was there. */
  remove(id: Uint8Array): boolean {
    const slot = this.#slotOf(id)
    const row = (this.#index[slot] ?? 0) - 1
    if (row < 0) return false
    this.#clear(slot)
    const isOwn = this.isOwn(row)
    this.scopes.leave(this.scope(row), this.size(row), isOwn)
    this.sources.leave(this.source(row), this.size(row), isOwn)
    this.#account(this.kind(row), -1, -this.size(row), isOwn)
    const last = --this.#count
    if (row === last) return true
    this.#index[this.#slotOf(this.id(last))] = row + 1
    this.#ids.copyWithin(row * idBytes, last * idBytes, (last + 1) * idBytes)
    const numbers = [this.#size, this.#received, this.#expires, this.#scope, this.#source]
    for (const column of [this.#kind, this.#rank, ...numbers]) column[row] = column[last] ?? 0
    return true
  }

  /** The ids of a scope, one behind the other. */
  idsOf(scope: Uint8Array): Uint8Array<ArrayBuffer> {
    const number = this.scopes.numberOf(scope)
    const ids = new Uint8Array(this.scopes.usage(number).count * idBytes)
    let at = 0
    for (let row = 0; row < this.#count && at < ids.length; row++) {
      if (this.#scope[row] !== number) continue
      ids.set(this.id(row), at)
      at += idBytes
    }
    return ids
  }

  #account(kind: number, count: number, size: number, isOwn: boolean): void {
    const foreign = isOwn ? [] : [this.foreignKindUsage(kind)]
    for (const usage of [this.kindUsage(kind), ...foreign]) {
      usage.count += count
      usage.bytes += size
    }
    this.#bytes += size
  }

  #home(id: Uint8Array): number {
    this.#hash.hash(id, 0, idBytes)
    return this.#hash.low & (this.#index.length - 1)
  }

  /** Where the id stands, or would. */
  #slotOf(id: Uint8Array): number {
    const mask = this.#index.length - 1
    let slot = this.#home(id)
    for (let row = this.#index[slot]; row !== 0 && row !== undefined; row = this.#index[slot]) {
      if (equal(this.id(row - 1), id)) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  /** Empties a slot and moves up what its chain would lose. */
  #clear(slot: number): void {
    const mask = this.#index.length - 1
    let hole = slot
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const row = this.#index[at] ?? 0
      if (row === 0) break
      const home = this.#home(this.id(row - 1))
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      this.#index[hole] = row
      hole = at
    }
    this.#index[hole] = 0
  }

  #widen(): void {
    this.#index = new Uint32Array(this.#index.length * 2)
    for (let row = 0; row < this.#count; row++) this.#index[this.#slotOf(this.id(row))] = row + 1
  }

  #grow(): void {
    const room = Math.max(32, this.#count * 2)
    const ids = new Uint8Array(room * idBytes)
    ids.set(this.#ids)
    this.#ids = ids
    this.#kind = widened(this.#kind, room)
    this.#rank = widened(this.#rank, room)
    this.#size = grown(this.#size, room)
    this.#received = grown(this.#received, room)
    this.#expires = grown(this.#expires, room)
    this.#scope = grown(this.#scope, room)
    this.#source = grown(this.#source, room)
  }
}

function isZero(label: Uint8Array): boolean {
  return label.every((byte) => byte === 0)
}

function widened(column: Uint8Array, room: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(room)
  next.set(column)
  return next
}
