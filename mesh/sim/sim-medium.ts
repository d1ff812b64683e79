import type { Clock, Random, Timer } from '#base'

import { mediumFault } from '../faults.ts'
import type { Arrival, Medium, MediumFacts } from '../medium.ts'
import { Air } from './air.ts'
import type { Conditions } from './conditions.ts'

const defaultMtu = 500

interface Waiting {
  readonly cell: Uint8Array
  readonly neighbour: string | undefined
  readonly taken: () => void
  readonly refused: (reason: unknown) => void
}

/** A node on a simulated medium. Its neighbours are known by their names. */
export class SimMedium implements Medium {
  readonly kind = 'sim'
  readonly name: string
  readonly facts: MediumFacts
  readonly #air: Air
  readonly #queue: Waiting[] = []
  #isSending = false
  #isStarted = false
  /** When the duty cycle allows the next cell. */
  #allowedAt = 0
  #timer: Timer | undefined

  constructor(air: Air, name: string) {
    const { bitsPerSecond, latency, mtu, isShared = false, dutyCycle, mode } = air.conditions
    this.name = name
    this.#air = air
    this.facts = {
      mtu: mtu ?? defaultMtu,
      bitsPerSecond,
      latency,
      isHalfDuplex: isShared,
      isBroadcast: isShared,
      dutyCycle,
      mode: mode ?? 'full',
    }
  }

  start(receive: (cell: Uint8Array, arrival: Arrival) => void): Promise<void> {
    this.#isStarted = true
    this.#air.join({ name: this.name, hear: receive })
    return Promise.resolve()
  }

  /** Resolved at the end of the cell's airtime. */
  send(cell: Uint8Array, neighbour?: string): Promise<void> {
    if (!this.#isStarted) return Promise.reject(mediumFault(this.name, 'it is not started'))
    if (cell.length > this.facts.mtu) {
      const reason = `a cell of ${cell.length} bytes; the largest has ${this.facts.mtu}`
      return Promise.reject(mediumFault(this.name, reason))
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const copy = new Uint8Array(cell)
    this.#queue.push({ cell: copy, neighbour, taken: resolve, refused: reject })
    if (!this.#isSending) this.#sendNext()
    return promise
  }

  stop(): Promise<void> {
    this.#isStarted = false
    this.#isSending = false
    this.#timer?.cancel()
    this.#air.leave(this.name)
    for (const { refused } of this.#queue.splice(0)) {
      refused(mediumFault(this.name, 'it was stopped'))
    }
    return Promise.resolve()
  }

  #sendNext(): void {
    this.#isSending = this.#queue.length > 0
    if (!this.#isSending) return
    const now = this.#air.clock.now()
    const { isHalfDuplex } = this.facts
    const quiet = isHalfDuplex ? this.#air.quietAt(this.name) : now
    const from = Math.max(quiet, this.#allowedAt)
    if (from <= now) this.#sendNow()
    else this.#wait(from - now + (quiet > now ? this.#backOff() : 0), () => this.#sendNext())
  }

  #sendNow(): void {
    const [first] = this.#queue
    if (first === undefined) return
    const airtime = this.#air.airtime(first.cell.length)
    this.#air.carry(this.name, first.cell, first.neighbour)
    this.#wait(airtime, () => {
      const { dutyCycle = 1 } = this.facts
      this.#allowedAt = this.#air.clock.now() + airtime * (1 / dutyCycle - 1)
      this.#queue.shift()
      first.taken()
      // Who also waits for the air gets a chance, and who answers.
      if (this.facts.isHalfDuplex) this.#wait(this.#backOff(), () => this.#sendNext())
      else this.#sendNext()
    })
  }

  /** A random wait, so that those who wait for the same silence don't speak at once. */
  #backOff(): number {
    const slot = this.#air.airtime(slotBytes) + Math.min(this.facts.latency, mostSlot)
    return (1 + this.#air.chance.below(slots)) * slot
  }

  #wait(delay: number, task: () => void): void {
    this.#timer = this.#air.clock.after(delay, task)
  }
}

const slots = 8
const slotBytes = 4
const mostSlot = 20

/** Two nodes, `a` and `b`, on a medium of their own. */
export function simPair(
  clock: Clock,
  random: Random,
  conditions: Conditions,
): readonly [SimMedium, SimMedium] {
  const air = new Air(clock, random, conditions)
  return [new SimMedium(air, 'a'), new SimMedium(air, 'b')]
}
