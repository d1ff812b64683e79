import type { Clock } from '#base'

import { limits } from './limits.ts'

/**
 * How long the batches of all clients together hold the event loop at a stretch. Those that are not
 * done by then go on one after the other, each in a turn of the loop of its own.
 */
export class Stretch {
  readonly #clock: Clock
  /** When batches began to work in this turn of the event loop. */
  #began: number | undefined
  readonly #waiting: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Asked before each piece of work. */
  get isOver(): boolean {
    return this.isOverAt(this.#clock.now())
  }

  /** @param now By the clock, of who has looked at it. */
  isOverAt(now: number): boolean {
    this.#began ??= this.#begin()
    return now - this.#began >= limits.batchStretch.value
  }

  /** Resolves when it is the caller's turn again. */
  rest(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #begin(): number {
    this.#clock.after(0, () => this.#next())
    return this.#clock.now()
  }

  #next(): void {
    this.#began = undefined
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#began = this.#begin()
    next()
  }
}
