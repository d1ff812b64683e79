import type { Clock } from '#base'

/** Remembers keys for a while, the last `limit` of them. */
export class Recent {
  readonly #clock: Clock
  readonly #limit: number
  readonly #seen = new Map<string, number>()

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Whether `key` was noted within the last `window` milliseconds. */
  has(key: string, window: number): boolean {
    const at = this.#seen.get(key)
    return at !== undefined && this.#clock.now() - at < window
  }

  note(key: string): void {
    this.#seen.delete(key)
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size < this.#limit) break
      this.#seen.delete(oldest)
    }
    this.#seen.set(key, this.#clock.now())
  }
}
