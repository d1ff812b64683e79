import type { Clock, Timer } from '#base'

/** One request of a client, a whole batch included: what its calls share, their deadline above all. */
export class Visit<In> {
  readonly context: In
  readonly #clock: Clock
  /** Milliseconds by the clock. */
  readonly #deadline: number
  #timer: Timer | undefined
  #expire: (() => void) | undefined
  #expired = false

  /** @param time Milliseconds from now. */
  constructor(context: In, clock: Clock, time: number) {
    this.context = context
    this.#clock = clock
    this.#deadline = clock.now() + time
  }

  /** Whether the deadline came while the visit waited. */
  get expired(): boolean {
    return this.#expired
  }

  /** Resolves when `work` does, at the latest at the deadline. `work` never rejects. */
  within(work: Promise<unknown>): Promise<void> {
    if (this.#expired) return Promise.resolve()
    return new Promise((resolve) => {
      this.#expire = resolve
      this.#timer ??= this.#clock.after(Math.max(0, this.#deadline - this.#clock.now()), () => {
        this.#expired = true
        this.#expire?.()
      })
      void work.then(() => resolve())
    })
  }

  end(): void {
    this.#timer?.cancel()
  }
}
