import type { Clock } from '#base'

/** Lets `rate` per second pass, and `capacity` at once. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #rate: number
  readonly #capacity: number
  #tokens: number
  #at: number

  constructor(clock: Clock, rate: number, capacity: number) {
    this.#clock = clock
    this.#rate = rate
    this.#capacity = capacity
    this.#tokens = capacity
    this.#at = clock.now()
  }

  /** Whether `amount` may pass now; if not, nothing is taken. */
  take(amount: number): boolean {
    this.#refill()
    if (this.#tokens < amount) return false
    this.#tokens -= amount
    return true
  }

  /** Takes `amount` that has passed already, into debt if need be. False once there is debt. */
  charge(amount: number): boolean {
    this.#refill()
    this.#tokens -= amount
    return this.#tokens >= 0
  }

  /** Milliseconds until `amount` may pass; 0 for now. */
  wait(amount: number): number {
    this.#refill()
    return Math.max(0, ((amount - this.#tokens) * 1000) / this.#rate)
  }

  get isFull(): boolean {
    this.#refill()
    return this.#tokens === this.#capacity
  }

  #refill(): void {
    const now = this.#clock.now()
    const earned = ((now - this.#at) * this.#rate) / 1000
    this.#tokens = Math.min(this.#capacity, this.#tokens + earned)
    this.#at = now
  }
}
