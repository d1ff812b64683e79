import type { Clock, Random } from '#base'

import { limits } from '../limits.ts'

export interface Target {
  readonly peer: string
  /** Tried in turn. */
  readonly addresses: readonly string[]
  /** Longest pause between two tries, milliseconds. */
  readonly pause: number
}

interface Attempts {
  failures: number
  notBefore: number
  isUnderWay: boolean
}

/** Dials who should be connected and is not, later each time it fails. */
export class Redial {
  readonly #clock: Clock
  readonly #random: Random
  readonly #dial: (address: string) => Promise<unknown>
  readonly #attempts = new Map<string, Attempts>()

  constructor(init: { clock: Clock; random: Random; dial: (address: string) => Promise<unknown> }) {
    this.#clock = init.clock
    this.#random = init.random
    this.#dial = init.dial
  }

  /** Starts the dials that are due; forgets peers that are not wanted any more. */
  tick(targets: readonly Target[]): void {
    const wanted = new Set(targets.map(({ peer }) => peer))
    for (const [peer, { isUnderWay }] of this.#attempts) {
      if (!wanted.has(peer) && !isUnderWay) this.#attempts.delete(peer)
    }
    let underWay = [...this.#attempts.values()].filter((one) => one.isUnderWay).length
    for (const target of targets) {
      if (underWay >= limits.dials.value) return
      if (this.#start(target)) underWay++
    }
  }

  #start({ peer, addresses, pause }: Target): boolean {
    const attempts = this.#attempts.get(peer) ?? { failures: 0, notBefore: 0, isUnderWay: false }
    const address = addresses[attempts.failures % addresses.length]
    if (address === undefined || attempts.isUnderWay) return false
    if (this.#clock.now() < attempts.notBefore) return false
    attempts.isUnderWay = true
    this.#attempts.set(peer, attempts)
    this.#dial(address)
      .then(
        () => (attempts.failures = 0),
        () => attempts.failures++,
      )
      .finally(() => {
        attempts.isUnderWay = false
        attempts.notBefore = this.#clock.now() + this.#pause(attempts.failures, pause)
      })
      .catch(() => {})
    return true
  }

  /** Doubled with each failure, between half and all of it, so that a network does not dial in step. */
  #pause(failures: number, most: number): number {
    const whole = Math.min(most, limits.redialBase.value * 2 ** Math.max(0, failures - 1))
    const [byte = 0] = this.#random.bytes(1)
    return whole * (0.5 + byte / 510)
  }
}
