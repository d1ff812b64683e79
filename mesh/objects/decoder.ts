import { type CodedSet, grown, Symbols, symbolBytes } from './coded-set.ts'
import { draw, following, step } from './mapping.ts'

const absent = 255

/**
 * Finds what two sets differ by, out of the other's coded symbols and one's own set, however large
 * both are: about 1.4 to 1.7 symbols for each difference.
 */
export class Decoder {
  readonly #own: CodedSet
  readonly #left = new Symbols()
  #received = 0
  /** What was found: short ids, whose they are, and where their mapping stands. */
  #low = new Uint32Array(64)
  #high = new Uint32Array(64)
  #states = new Uint32Array(64)
  #next = new Uint32Array(64)
  readonly #isTheirs: boolean[] = []
  #isBroken = false

  constructor(own: CodedSet) {
    this.#own = own
  }

  /** Symbols so far; the next must begin here. */
  get received(): number {
    return this.#received
  }

  /** More was found than the symbols can hold: they are of no set. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Every symbol is explained by what was found. */
  get isDecoded(): boolean {
    if (this.#received === 0 || this.#isBroken) return false
    for (let at = 0; at < this.#received; at++) if (!this.#isEmpty(at)) return false
    return true
  }

  /** What the other has alone: short ids. */
  theirs(): (readonly [low: number, high: number])[] {
    return this.#found(true)
  }

  /** What the own set has alone: short ids. The other made them up where the set lacks them. */
  mine(): (readonly [low: number, high: number])[] {
    return this.#found(false)
  }

  /** Takes the symbols that follow those it has. A part of one at the end is left out. */
  add(bytes: Uint8Array): void {
    const from = this.#received
    const end = from + Math.floor(bytes.length / symbolBytes)
    const own = this.#own.symbols(end)
    const left = this.#left
    left.grow(end)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = from; at < end; at++) {
      const offset = (at - from) * symbolBytes
      left.low[at] = view.getUint32(offset) ^ (own.low[at] ?? 0)
      left.high[at] = view.getUint32(offset + 4) ^ (own.high[at] ?? 0)
      left.check[at] = view.getUint32(offset + 8) ^ (own.check[at] ?? 0)
      left.count[at] = view.getUint8(offset + 12) - (own.count[at] ?? 0)
    }
    this.#received = end
    for (let item = 0; item < this.#isTheirs.length; item++) this.#takeOut(item)
    this.#peel(from)
  }

  #peel(from: number): void {
    const candidates: number[] = []
    for (let at = this.#received - 1; at >= from; at--) candidates.push(at)
    for (let at = candidates.pop(); at !== undefined; at = candidates.pop()) {
      if (!this.#isPure(at)) continue
      if (this.#isTheirs.length >= this.#received) {
        this.#isBroken = true
        return
      }
      this.#takeOut(this.#record(at), candidates)
    }
  }

  #record(at: number): number {
    const item = this.#isTheirs.length
    if (item >= this.#low.length) {
      const room = item * 2
      this.#low = grown(this.#low, room)
      this.#high = grown(this.#high, room)
      this.#states = grown(this.#states, room)
      this.#next = grown(this.#next, room)
    }
    this.#low[item] = this.#left.low[at] ?? 0
    this.#high[item] = this.#left.high[at] ?? 0
    this.#states[item] = this.#left.low[at] ?? 0
    this.#next[item] = 0
    this.#isTheirs.push(this.#left.count[at] === 1)
    return item
  }

  /** Takes a found item out of the symbols that it was not taken out of yet. */
  #takeOut(item: number, touched?: number[]): void {
    const low = this.#low[item] ?? 0
    const high = this.#high[item] ?? 0
    const times = this.#isTheirs[item] === true ? -1 : 1
    const check = this.#own.key.check(low, high)
    let next = this.#next[item] ?? 0
    let state = this.#states[item] ?? 0
    while (next < this.#received) {
      this.#left.toggle(next, low, high, check, times)
      touched?.push(next)
      next = following(next, draw(state, high))
      state = step(state)
    }
    this.#next[item] = next
    this.#states[item] = state
  }

  #isPure(at: number): boolean {
    const count = this.#left.count[at]
    if (count !== 1 && count !== absent) return false
    const check = this.#own.key.check(this.#left.low[at] ?? 0, this.#left.high[at] ?? 0)
    return check === this.#left.check[at]
  }

  #isEmpty(at: number): boolean {
    const { low, high, check, count } = this.#left
    return low[at] === 0 && high[at] === 0 && check[at] === 0 && count[at] === 0
  }

  #found(isTheirs: boolean): (readonly [low: number, high: number])[] {
    return this.#isTheirs.flatMap((whose, item) =>
      whose === isTheirs ? [[this.#low[item] ?? 0, this.#high[item] ?? 0] as const] : [],
    )
  }
}
