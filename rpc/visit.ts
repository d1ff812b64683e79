import type { Clock, Timer } from '#base'

import type { Gathering } from './gathering.ts'
import { Presence } from './presence.ts'

/** One request of a client, a whole batch included: what its calls share, their deadline above all. */
export class Visit<In> {
  readonly context: In
  /** Its arrival paid for its first call. */
  hasEntered = false
  readonly #clock: Clock
  readonly #gathering: Gathering
  readonly #presence: Presence
  /** Milliseconds by the clock. */
  readonly #deadline: number
  #timer: Timer | undefined
  #expire: (() => void) | undefined
  #isLate = false
  #characters = 0
  #hasEnded = false
  #now: number

  /** @param time Milliseconds from now. */
  constructor(
    context: In,
    { clock, gathering, time }: { clock: Clock; gathering: Gathering; time: number },
    presence = new Presence(),
  ) {
    this.context = context
    this.#clock = clock
    this.#gathering = gathering
    this.#presence = presence
    this.#now = clock.now()
    this.#deadline = this.#now + time
  }

  /** As of its last look at the clock: a call that waits for nothing begins where the one before ended. */
  get now(): number {
    return this.#now
  }

  /** After a wait, and at the end of each call. */
  look(): number {
    return (this.#now = this.#clock.now())
  }

  /** Whether nobody waits any more: the deadline came while the visit waited, or the client left. */
  get expired(): boolean {
    return this.#presence.hasLeft
  }

  /** Whether its answers so far leave no room for more. */
  get isFull(): boolean {
    return this.#gathering.isFull(this.#characters)
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

  /** Of an answer of its; what comes after its end nobody keeps. */
  wrote(characters: number): void {
    if (this.#hasEnded) return
    this.#characters += characters
    this.#gathering.grow(characters)
  }

  end(): void {
    this.#timer?.cancel()
    this.#hasEnded = true
    this.#gathering.grow(-this.#characters)
  }
}
