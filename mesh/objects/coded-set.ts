import { concat, fixed } from '#base'

import { meshHash } from '../hash.ts'
import { draw, following, mix, step } from './mapping.ts'
import { SipHash } from './siphash.ts'

const idBytes = 32
/** `low4 | high4 | check4 | count1`: the exclusive or of the items within, and how many, modulo 256. */
export const symbolBytes = 13
/** As many as the smallest usual cell has room for. */
const ahead = 36

/** Coded symbols: one column for each field. */
export class Symbols {
  low = new Uint32Array(64)
  high = new Uint32Array(64)
  check = new Uint32Array(64)
  /** Modulo 256: one byte tells whose an item is, and the check whether it is one. */
  count = new Uint8Array(64)

  grow(size: number): void {
    if (size <= this.low.length) return
    const room = Math.max(size, this.low.length * 2)
    this.low = grown(this.low, room)
    this.high = grown(this.high, room)
    this.check = grown(this.check, room)
    const count = new Uint8Array(room)
    count.set(this.count)
    this.count = count
  }

  /** Puts an item in (`times` 1) or takes it out (-1). */
  toggle(at: number, low: number, high: number, check: number, times: number): void {
    this.low[at] = (this.low[at] ?? 0) ^ low
    this.high[at] = (this.high[at] ?? 0) ^ high
    this.check[at] = (this.check[at] ?? 0) ^ check
    this.count[at] = (this.count[at] ?? 0) + times
  }
}

export function grown(column: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(room)
  next.set(column)
  return next
}

/** Two sets are reconciled under keys that nobody knew who chose what is in them. */
export class SetKey {
  readonly #hash: SipHash
  readonly #secret: Uint8Array
  readonly #first: number
  readonly #second: number

  /** @param secret That both sides share, and nobody else. */
  constructor(secret: Uint8Array) {
    this.#secret = meshHash('reconcile', 24, secret)
    this.#hash = new SipHash(this.#secret)
    const view = new DataView(this.#secret.buffer)
    this.#first = view.getUint32(16)
    this.#second = view.getUint32(20)
  }

  /** The 64-bit id of the 32 bytes at `at`, `[low, high]`. */
  short(ids: Uint8Array, at = 0): readonly [low: number, high: number] {
    this.#hash.hash(ids, at, idBytes)
    return [this.#hash.low, this.#hash.high]
  }

  /** As `short`, of many, into columns from `from`. */
  fill(ids: Uint8Array, low: Uint32Array, high: Uint32Array, from: number): void {
    const count = ids.length / idBytes
    for (let index = 0; index < count; index++) {
      this.#hash.hash(ids, index * idBytes, idBytes)
      low[from + index] = this.#hash.low
      high[from + index] = this.#hash.high
    }
  }

  /** That tells one item from the exclusive or of several, but for one time in 2³². */
  check(low: number, high: number): number {
    return mix(mix(low ^ this.#first) ^ high ^ this.#second)
  }

  /** 16 bytes: two sets have the same by a chance of about 2⁻⁶⁴. */
  fingerprint(count: number, sums: readonly number[]): Uint8Array<ArrayBuffer> {
    const words = [count, ...sums].map((word) => fixed(word >>> 0, 4))
    return meshHash('fingerprint', 16, this.#secret, concat(...words))
  }
}

/**
 * A set of 32-byte ids as an endless sequence of coded symbols, made as far as they are asked for. It
 * keeps 16 bytes for each id, and the ids.
 */
export class CodedSet {
  readonly key: SetKey
  #ids: Uint8Array
  #count = 0
  #low: Uint32Array
  #high: Uint32Array
  /** Where the draws of each item stand, and the next symbol that it belongs to. */
  #states: Uint32Array
  #next: Uint32Array
  readonly #symbols = new Symbols()
  #made = 0
  /** Exclusive or and sum of the short ids: low, high. */
  readonly #sums: [number, number, number, number] = [0, 0, 0, 0]
  #index: Uint32Array | undefined

  /** @param ids One behind the other, without repetition; not changed by either side afterwards. */
  constructor(key: SetKey, ids: Uint8Array) {
    this.key = key
    this.#ids = ids
    this.#count = Math.floor(ids.length / idBytes)
    this.#low = new Uint32Array(this.#count)
    this.#high = new Uint32Array(this.#count)
    key.fill(ids, this.#low, this.#high, 0)
    this.#states = this.#low.slice()
    this.#next = new Uint32Array(this.#count)
    for (let item = 0; item < this.#count; item++) this.#add(item)
  }

  get count(): number {
    return this.#count
  }

  fingerprint(): Uint8Array<ArrayBuffer> {
    return this.key.fingerprint(this.#count, this.#sums)
  }

  id(item: number): Uint8Array {
    return this.#ids.subarray(item * idBytes, (item + 1) * idBytes)
  }

  short(item: number): readonly [low: number, high: number] {
    return [this.#low[item] ?? 0, this.#high[item] ?? 0]
  }

  /** The item with this short id, undefined where there is none. */
  find(low: number, high: number): number | undefined {
    this.#index ??= this.#indexed()
    const mask = this.#index.length - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const item = (this.#index[slot] ?? 0) - 1
      if (item < 0) return undefined
      if (this.#low[item] === low && this.#high[item] === high) return item
    }
  }

  /** Adds an id, unless it is there. Symbols made before change with it. */
  add(id: Uint8Array): void {
    const [low, high] = this.key.short(id)
    if (this.find(low, high) !== undefined) return
    const item = this.#count++
    if (item >= this.#low.length) this.#grow(Math.max(16, item * 2))
    this.#ids.set(id, item * idBytes)
    this.#low[item] = low
    this.#high[item] = high
    this.#states[item] = low
    this.#next[item] = 0
    this.#add(item)
    this.#place(item, this.#made)
    if (this.#index === undefined || this.#count * 2 > this.#index.length) this.#index = undefined
    else this.#insert(this.#index, item)
  }

  /** The first `end` symbols and perhaps more. The columns are read only. */
  symbols(end: number): Symbols {
    if (end <= this.#made) return this.#symbols
    // Each time goes through the whole set, and so takes a good part more.
    const made = Math.max(end, this.#made + Math.max(ahead, this.#made >>> 2))
    this.#symbols.grow(made)
    for (let item = 0; item < this.#count; item++) {
      if ((this.#next[item] ?? 0) < made) this.#place(item, made)
    }
    this.#made = made
    return this.#symbols
  }

  /** Symbols `from` to `end` as they travel. */
  encode(from: number, end: number): Uint8Array<ArrayBuffer> {
    const symbols = this.symbols(end)
    const bytes = new Uint8Array((end - from) * symbolBytes)
    const view = new DataView(bytes.buffer)
    for (let index = from; index < end; index++) {
      const at = (index - from) * symbolBytes
      view.setUint32(at, symbols.low[index] ?? 0)
      view.setUint32(at + 4, symbols.high[index] ?? 0)
      view.setUint32(at + 8, symbols.check[index] ?? 0)
      bytes[at + 12] = symbols.count[index] ?? 0
    }
    return bytes
  }

  #add(item: number): void {
    const [low, high] = this.short(item)
    const sums = this.#sums
    sums[0] = (sums[0] ^ low) >>> 0
    sums[1] = (sums[1] ^ high) >>> 0
    sums[2] = (sums[2] + low) >>> 0
    sums[3] = (sums[3] + high) >>> 0
  }

  /** Puts an item into its symbols below `end`. */
  #place(item: number, end: number): void {
    const [low, high] = this.short(item)
    const check = this.key.check(low, high)
    let next = this.#next[item] ?? 0
    let state = this.#states[item] ?? 0
    while (next < end) {
      this.#symbols.toggle(next, low, high, check, 1)
      next = following(next, draw(state, high))
      state = step(state)
    }
    this.#next[item] = next
    this.#states[item] = state
  }

  #grow(room: number): void {
    this.#low = grown(this.#low, room)
    this.#high = grown(this.#high, room)
    this.#states = grown(this.#states, room)
    this.#next = grown(this.#next, room)
    const ids = new Uint8Array(room * idBytes)
    ids.set(this.#ids)
    this.#ids = ids
  }

  #indexed(): Uint32Array {
    const index = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(this.#count, 8) * 2 + 2)))
    for (let item = 0; item < this.#count; item++) this.#insert(index, item)
    return index
  }

  #insert(index: Uint32Array, item: number): void {
    const mask = index.length - 1
    let slot = (this.#low[item] ?? 0) & mask
    while (index[slot] !== 0) slot = (slot + 1) & mask
    index[slot] = item + 1
  }
}
