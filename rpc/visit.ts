import type { Clock, Timer } from '#base'

import type { Context } from './method.ts'

/**
 * One request of a client, a whole batch included: what its calls share. There is one timer for all
 * of them, set when the first has to wait.
 */
export class Visit {
  readonly context: Context
  readonly #clock: Clock
  /** Milliseconds by the clock. */
  readonly #deadline: number
  readonly #waiting: (() => void)[] = []
  #timer: Timer | undefined

  /** @param time Milliseconds from now. */
  constructor(context: Context, clock: Clock, time: number) {
    this.context = context
    this.#clock = clock
    this.#deadline = clock.now() + time
  }

  get expired(): boolean {
    return this.#clock.now() >= this.#deadline
  }

  /** Runs `expire` at the deadline, unless the visit has ended. */
  atDeadline(expire: () => void): void {
    this.#waiting.push(expire)
    this.#timer ??= this.#clock.after(this.#deadline - this.#clock.now(), () => {
      for (const late of this.#waiting.splice(0)) late()
    })
  }

  end(): void {
    this.#timer?.cancel()
  }
}
