import { type Clock, hex, type Timer } from '#base'

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
  /** By who asked: those without an answer, and all. */
  readonly #unanswered = new Map<string, number>()
  readonly #all = new Map<string, number>()
  #size = 0
  #timer: Timer | undefined
  readonly #removed: (way: Way) => void

  /** @param removed Told of each that is forgotten, however that comes. */
  constructor(clock: Clock, removed: (way: Way) => void) {
    this.#clock = clock
    this.#removed = removed
  }

  get size(): number {
    return this.#size
  }

  find(medium: string, hop: Uint8Array): Way | undefined {
    return this.#ways.get(keyOf(medium, hop))
  }

  /** Where there are too many, one of the same neighbour makes room, or of the one that has most. */
  add(asking: Side | undefined, asked: Side | undefined): Way {
    this.#expire()
    const source = askerOf({ asking })
    const waiting = this.#unanswered.get(source) ?? 0
    if (asking !== undefined && waiting >= limits.circuitsUnanswered.value) {
      this.#evict((way) => !way.isAnswered && askerOf(way) === source)
    }
    if (this.#size >= limits.circuits.value) {
      const [greedy] = [...this.#all].reduce((most, one) => (one[1] > most[1] ? one : most))
      this.#evict((way) => askerOf(way) === greedy)
    }
    const way: Way = { asking, asked, heardAt: this.#clock.now(), isAnswered: false }
    for (const side of [asking, asked]) {
      if (side !== undefined) this.#ways.set(keyOf(side.medium, side.hop), way)
    }
    count(this.#unanswered, source, 1)
    count(this.#all, source, 1)
    this.#size += 1
    this.#watch()
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
    count(this.#unanswered, askerOf(way), -1)
  }

  remove(way: Way): void {
    const [side] = [way.asking, way.asked].filter((one) => one !== undefined)
    if (side === undefined || this.#ways.get(keyOf(side.medium, side.hop)) !== way) return
    for (const one of [way.asking, way.asked]) {
      if (one !== undefined) this.#ways.delete(keyOf(one.medium, one.hop))
    }
    const source = askerOf(way)
    if (!way.isAnswered) count(this.#unanswered, source, -1)
    way.isAnswered = true
    count(this.#all, source, -1)
    this.#size -= 1
    if (this.#size === 0) this.#timer?.cancel()
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

  /** Also where none is added: who has one learns that it is gone. */
  #watch(): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(limits.circuitAnswer.value / 4, () => {
      this.#expire()
      if (this.#size > 0) this.#watch()
    })
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const way of this.#ways.values()) {
      const silence = now - way.heardAt
      // They stand in the order in which they were heard.
      if (silence <= limits.circuitAnswer.value) break
      if (!way.isAnswered || silence > limits.circuitSilence.value) this.remove(way)
    }
  }

  /** The longest silent of those. */
  #evict(isOne: (way: Way) => boolean): void {
    for (const way of this.#ways.values()) {
      if (!isOne(way)) continue
      this.remove(way)
      return
    }
  }
}

function askerOf({ asking }: Pick<Way, 'asking'>): string {
  return asking === undefined ? '' : sourceOf(asking)
}

function count(counts: Map<string, number>, source: string, change: number): void {
  const value = (counts.get(source) ?? 0) + change
  if (value > 0) counts.set(source, value)
  else counts.delete(source)
}
