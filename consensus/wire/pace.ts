import { limits } from '../limits.ts'

/**
 * How much may go to one subscriber: below what the other side lets pass, so that catching up never
 * looks like a flood. It begins nearly empty: a subscription that is made anew gains nothing.
 */
export class Pace {
  #tokens: number = limits.bodyBytes.value
  #at: number

  constructor(now: number) {
    this.#at = now
  }

  /** Whether the next block may go. */
  allows(now: number): boolean {
    const earned = (Math.max(0, now - this.#at) * limits.feedRate.value) / 1_000
    this.#tokens = Math.min(limits.feedBurst.value, this.#tokens + earned)
    this.#at = now
    return this.#tokens > 0
  }

  spend(bytes: number): void {
    this.#tokens -= bytes
  }
}
