import type { Stretch } from '../stretch.ts'
import type { Subscription } from './subscription.ts'

/** Subscriptions to the same: each event is written as JSON once for all of them. */
export class Channel {
  readonly #stretch: Stretch
  /** With the place after which each is told, in the order of the events. */
  readonly #followers = new Map<Subscription, bigint>()

  constructor(stretch: Stretch) {
    this.#stretch = stretch
  }

  get isEmpty(): boolean {
    return this.#followers.size === 0
  }

  /** @param after Place of the last event that it is not told. */
  follow(subscription: Subscription, after: bigint): () => void {
    this.#followers.set(subscription, after)
    return () => this.#followers.delete(subscription)
  }

  /**
   * Tells everybody, in pieces, so that others get in between.
   * @param place Of the event in their order.
   * @param result JSON.
   */
  async publish(place: bigint, result: string): Promise<void> {
    for (const [subscription, after] of this.#followers) {
      if (place <= after) continue
      if (this.#stretch.isOver) {
        await this.#stretch.rest()
        if (!this.#followers.has(subscription)) continue
      }
      subscription.notify(result)
    }
  }

  /** The order went back to `place`: what comes after it is news again. */
  rewind(place: bigint): void {
    for (const [subscription, after] of this.#followers) {
      if (after > place) this.#followers.set(subscription, place)
    }
  }

  fail(): void {
    for (const subscription of this.#followers.keys()) subscription.fail()
  }
}
