import { type Clock, hex } from '#base'

import { limits } from '../limits.ts'

/** One side of a circuit: a neighbour, and the name that the two have for it. */
export interface Side {
  readonly medium: string
  readonly neighbour: string | undefined
  /** 8 bytes. */
  readonly hop: Uint8Array
}

/**
 * What cells go along. `asking` is the side of who asked, `asked` that of who was: where this node
 * itself is one of them, there is none.
 */
export interface Way {
  readonly asking: Side | undefined
  readonly asked: Side | undefined
  /** Milliseconds by the clock. */
  heardAt: number
  /** That who was asked answered; until then it may be anybody's invention. */
  isAnswered: boolean
}

const keyOf = (medium: string, hop: Uint8Array): string => `${medium} ${hex(hop)}`

export const sourceOf = ({ medium, neighbour }: Side): string => `${medium} ${neighbour ?? ''}`

/** The circuits through and from this node. */
export class Circuits {
  readonly #clock: Clock
  readonly #ways = new Map<string, Way>()
  readonly #unanswered = new Map<string, number>()
  readonly #removed: (way: Way) => void

  /** @param removed Told of each that is forgotten, however that comes. */
  constructor(clock: Clock, removed: (way: Way) => void) {
    this.#clock = clock
    this.#removed = removed
  }

  get size(): number {
    return new Set(this.#ways.values()).size
  }

  find(medium: string, hop: Uint8Array): Way | undefined {
    return this.#ways.get(keyOf(medium, hop))
  }

  /** @returns Undefined where there are too many, of the neighbour that asks or in all. */
  add(asking: Side | undefined, asked: Side | undefined): Way | undefined {
    this.#expire()
    if (this.#ways.size >= 2 * limits.circuits.value && !this.#evict()) return undefined
    const source = asking === undefined ? '' : sourceOf(asking)
    const count = this.#unanswered.get(source) ?? 0
    if (asking !== undefined && count >= limits.circuitsUnanswered.value) return undefined
    const way: Way = { asking, asked, heardAt: this.#clock.now(), isAnswered: false }
    for (const side of [asking, asked]) {
      if (side !== undefined) this.#ways.set(keyOf(side.medium, side.hop), way)
    }
    this.#unanswered.set(source, count + 1)
    return way
  }

  /** Something went along it: the longest silent are forgotten first. */
  touch(way: Way): void {
    way.heardAt = this.#clock.now()
    for (const side of [way.asking, way.asked]) {
      if (side === undefined) continue
      const key = keyOf(side.medium, side.hop)
      if (this.#ways.delete(key)) this.#ways.set(key, way)
    }
  }

  /** It no longer counts among those that may be anybody's invention. */
  answered(way: Way): void {
    if (way.isAnswered) return
    way.isAnswered = true
    this.#discount(way)
  }

  remove(way: Way): void {
    for (const side of [way.asking, way.asked]) {
      if (side !== undefined) this.#ways.delete(keyOf(side.medium, side.hop))
    }
    if (!way.isAnswered) this.#discount(way)
    this.#removed(way)
  }

  /** Those along `medium`, which is gone. */
  removeMedium(medium: string): void {
    const gone = new Set<Way>()
    for (const way of this.#ways.values()) {
      if (way.asking?.medium === medium || way.asked?.medium === medium) gone.add(way)
    }
    for (const way of gone) this.remove(way)
  }

  #discount({ asking }: Way): void {
    const source = asking === undefined ? '' : sourceOf(asking)
    const count = (this.#unanswered.get(source) ?? 0) - 1
    if (count > 0) this.#unanswered.set(source, count)
    else this.#unanswered.delete(source)
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const way of this.#ways.values()) {
      const life = way.isAnswered ? limits.circuitSilence : limits.circuitAnswer
      if (now - way.heardAt > life.value) this.remove(way)
      // They stand in the order in which they were heard.
      else if (now - way.heardAt <= limits.circuitAnswer.value) break
    }
  }

  /** One that was never answered goes before any that was. */
  #evict(): boolean {
    for (const way of this.#ways.values()) {
      if (way.isAnswered || (way.asking === undefined && way.asked !== undefined)) continue
      this.remove(way)
      return true
    }
    return false
  }
}
