import type { Clock, Timer } from '#base'

import { Presence } from './presence.ts'

/** One request of a client, a whole batch included: what its calls share, their deadline above all. */
export class Visit<In> {
  readonly context: In
  /** Of its answers so far. */
  characters = 0
  /** Its arrival paid for its first call. */
  hasEntered = false
  readonly #clock: Clock
  readonly #presence: Presence
  /** Milliseconds by the clock. */
  readonly #deadline: number
  #timer: Timer | undefined
  #expire: (() => void) | undefined
  #isLate = false

  /** @param time Milliseconds from now. */
  constructor(context: In, clock: Clock, time: number, presence = new Presence()) {
    this.context = context
    this.#clock = clock
    this.#presence = presence
    this.#deadline = clock.now() + time
  }

  /** Whether nobody waits any more: the deadline came while the visit waited, or the client left. */
  get expired(): boolean {
    return this.#presence.hasLeft
  }

  /** Whether the deadline came before the client left. */
  get isLate(): boolean {
    return this.#isLate
  }

  /** Resolves when `work` does, at the latest when nobody waits any more. `work` never rejects. */
  within(work: Promise<unknown>): Promise<void> {
    if (this.expired) return Promise.resolve()
    return new Promise((resolve) => {
      if (this.#expire === undefined) this.#presence.onLeave(() => this.#expire?.())
      this.#expire = resolve
      this.#timer ??= this.#clock.after(Math.max(0, this.#deadline - this.#clock.now()), () => {
        this.#isLate = !this.#presence.hasLeft
        this.#presence.leave()
      })
      void work.then(() => resolve())
    })
  }

  end(): void {
    this.#timer?.cancel()
  }
}
