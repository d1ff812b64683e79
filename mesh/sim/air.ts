import type { Clock, Random } from '#base'

import type { Arrival } from '../medium.ts'
import { Chance } from './chance.ts'
import { type Conditions, isHeard } from './conditions.ts'

/** A node where the cells of others arrive. */
export interface Listener {
  readonly name: string
  hear(cell: Uint8Array, arrival: Arrival): void
}

interface Passage {
  readonly from: string
  readonly start: number
  readonly end: number
  isSpoiled: boolean
}

/** What lies between the nodes of one simulated medium: it delays, loses and repeats their cells. */
export class Air {
  readonly conditions: Conditions
  readonly clock: Clock
  readonly chance: Chance
  readonly #listeners = new Map<string, Listener>()
  /** What passes a node: heard by it, or sent. */
  readonly #passing = new Map<string, Set<Passage>>()
  readonly #isBad = new Set<string>()

  constructor(clock: Clock, random: Random, conditions: Conditions) {
    this.clock = clock
    this.chance = new Chance(random)
    this.conditions = conditions
  }

  join(listener: Listener): void {
    this.#listeners.set(listener.name, listener)
  }

  leave(name: string): void {
    this.#listeners.delete(name)
    this.#passing.delete(name)
  }

  /** Milliseconds that a cell takes to be sent. */
  airtime(bytes: number): number {
    return (bytes * 8000) / this.conditions.bitsPerSecond
  }

  /** When the node hears nobody any more, as far as it hears by now. */
  quietAt(name: string): number {
    const now = this.clock.now()
    let quiet = now
    for (const { start, end } of this.#passing.get(name) ?? []) {
      if (start <= now) quiet = Math.max(quiet, end)
    }
    return quiet
  }

  /** `from` begins to send, to all or to one. */
  carry(from: string, cell: Uint8Array, to: string | undefined): void {
    const { clock, conditions } = this
    const now = clock.now()
    const airtime = this.airtime(cell.length)
    const { latency, jitter = 0, duplication = 0, isShared = false } = conditions
    if (isShared) this.#pass(from, { from, start: now, end: now + airtime, isSpoiled: false })
    for (const name of this.#listeners.keys()) {
      if (!isHeard(conditions, from, name, now)) continue
      const start = now + latency
      const passage = { from, start, end: start + airtime, isSpoiled: false }
      if (isShared) this.#pass(name, passage)
      if (!isShared && to !== undefined && to !== name) continue
      const times = this.#isLost(from, name) ? 0 : this.chance.isLucky(duplication) ? 2 : 1
      for (let time = 0; time < times; time++) {
        const delay = latency + airtime + (jitter === 0 ? 0 : this.chance.share() * jitter)
        clock.after(delay, () => {
          // Who sends is not in what the air carries.
          const arrival = isShared ? {} : { neighbour: from }
          if (!passage.isSpoiled) this.#listeners.get(name)?.hear(cell, arrival)
        })
      }
    }
  }

  #pass(at: string, passage: Passage): void {
    const passing = this.#passing.get(at) ?? new Set<Passage>()
    this.#passing.set(at, passing)
    for (const other of passing) {
      if (other.end <= this.clock.now()) passing.delete(other)
      else if (other.start < passage.end && passage.start < other.end) {
        passage.isSpoiled = true
        other.isSpoiled = true
      }
    }
    passing.add(passage)
  }

  #isLost(from: string, to: string): boolean {
    const { loss = 0 } = this.conditions
    if (typeof loss === 'number') return this.chance.isLucky(loss)
    const way = `${from} ${to}`
    const wasBad = this.#isBad.has(way)
    if (this.chance.isLucky(wasBad ? loss.recovers : loss.worsens)) {
      if (wasBad) this.#isBad.delete(way)
      else this.#isBad.add(way)
    }
    return this.chance.isLucky(this.#isBad.has(way) ? loss.bad : loss.good)
  }
}
