import type { Clock } from '#base'

/** Lets `rate` per second pass, and `capacity` at once. */
export class Bucket {
  readonly #clock: Clock
  readonly #capacity: number
  #rate: number
  #level: number
  #at: number

  constructor(clock: Clock, rate: number, capacity: number) {
    this.#clock = clock
    this.#rate = rate
    this.#capacity = capacity
    this.#level = capacity
    this.#at = clock.now()
  }

  /** Whole units that may pass now. */
  get level(): number {
    this.#refill()
    return Math.floor(this.#level)
  }

  get isFull(): boolean {
    return this.level >= this.#capacity
  }

  set rate(rate: number) {
    this.#refill()
    this.#rate = rate
  }

  /** Whether `amount` may pass now; if not, nothing is taken. */
  take(amount: number): boolean {
    if (this.level < amount) return false
    this.#level -= amount
    return true
  }

  /** Puts back what was taken for nothing. */
  give(amount: number): void {
    this.#level = Math.min(this.#capacity, this.#level + amount)
  }

  #refill(): void {
    const now = this.#clock.now()
    this.#level = Math.min(this.#capacity, this.#level + ((now - this.#at) * this.#rate) / 1000)
    this.#at = now
  }
}
