import type { Clock, Timer } from '#base'

import { busy } from './faults.ts'
import { limits } from './limits.ts'

/** Milliseconds by which a timer may be late without a gap on the wire. */
const credit = 10

/**
 * Says of what has just been sent when a wire of so many bits per second has taken it: systems take
 * far more at once than the wire does.
 */
export class Pacer {
  readonly #clock: Clock
  readonly #bitsPerSecond: number
  readonly #waiting = new Map<Timer, () => void>()
  #freeAt = 0

  constructor(clock: Clock, bitsPerSecond: number) {
    this.#clock = clock
    this.#bitsPerSecond = bitsPerSecond
  }

  /** Throws `MESH_BUSY` where as much waits as may. */
  check(medium: string): void {
    const behind = this.#freeAt - this.#clock.now()
    if ((behind * this.#bitsPerSecond) / 8000 > limits.queuedBytes.value) throw busy(medium)
  }

  /** Resolved when the wire is free again. */
  taken(bytes: number): Promise<void> {
    const now = this.#clock.now()
    this.#freeAt = Math.max(now - credit, this.#freeAt) + (bytes * 8000) / this.#bitsPerSecond
    const wait = this.#freeAt - now
    if (wait < 1) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#clock.after(wait, () => {
      this.#waiting.delete(timer)
      resolve()
    })
    this.#waiting.set(timer, resolve)
    return promise
  }

  /** Nobody waits any more. */
  stop(): void {
    for (const [timer, resolve] of this.#waiting) {
      timer.cancel()
      resolve()
    }
    this.#waiting.clear()
    this.#freeAt = 0
  }
}
