import type { Clock, Timer } from '#base'

/** Stands still until it is moved. Has no timers: a pool acts on calls alone. */
export class ManualClock implements Clock {
  #now = 1_800_000_000_000

  now(): number {
    return this.#now
  }

  after(): Timer {
    throw new TypeError('no timers here')
  }

  move(milliseconds: number): void {
    this.#now += milliseconds
  }
}
