import { hex } from '#base'
import type { AddedTransaction, PoolFace } from '#chain'

import { limits } from '../limits.ts'
import { renderPending } from '../render/transaction.ts'
import type { Stretch } from '../stretch.ts'
import type { View } from '../view.ts'
import { Channel } from './channel.ts'
import type { Subscription } from './subscription.ts'

interface Added {
  readonly place: bigint
  readonly transaction: AddedTransaction
}

/**
 * Tells of what comes into the pool, and remembers the last for filters. It comes as fast as anybody
 * sends: where the node cannot tell so many, the oldest that wait are left out.
 */
export class PoolFeed {
  readonly #stretch: Stretch
  readonly #hashes: Channel
  readonly #whole = new Map<View['path'], { readonly view: View; readonly channel: Channel }>()
  readonly #end: () => void
  /** The latest, for filters; the first of them has the place `#last - length + 1`. */
  #recent: Uint8Array[] = []
  #waiting: Added[] = []
  #last = 0n
  #isRunning = false

  constructor(pool: Pick<PoolFace, 'onAdded'>, stretch: Stretch) {
    this.#stretch = stretch
    this.#hashes = new Channel(stretch)
    this.#end = pool.onAdded((transaction) => this.#added(transaction))
  }

  /** Place of the last that came in. */
  get last(): bigint {
    return this.#last
  }

  followHashes(subscription: Subscription): () => void {
    return this.#hashes.follow(subscription, this.#last)
  }

  /** Transactions as `view` shows them. */
  followWhole(view: View, subscription: Subscription): () => void {
    const known = this.#whole.get(view.path) ?? { view, channel: new Channel(this.#stretch) }
    this.#whole.set(view.path, known)
    return known.channel.follow(subscription, this.#last)
  }

  /** Hashes of those behind `place`; undefined when some of them are not remembered. */
  since(place: bigint): readonly Uint8Array[] | undefined {
    const missed = Number(this.#last - place)
    if (missed > this.#recent.length) return undefined
    return missed === 0 ? [] : this.#recent.slice(-missed)
  }

  close(): void {
    this.#end()
  }

  #added(transaction: AddedTransaction): void {
    this.#last++
    this.#recent.push(transaction.hash)
    if (this.#recent.length >= 2 * limits.recentTransactions.value) {
      this.#recent = this.#recent.slice(-limits.recentTransactions.value)
    }
    const isFollowed =
      !this.#hashes.isEmpty || [...this.#whole.values()].some(({ channel }) => !channel.isEmpty)
    if (!isFollowed) return
    this.#waiting.push({ place: this.#last, transaction })
    if (this.#waiting.length >= 2 * limits.recentTransactions.value) {
      this.#waiting = this.#waiting.slice(-limits.recentTransactions.value)
    }
    if (this.#isRunning) return
    this.#isRunning = true
    void this.#run().finally(() => (this.#isRunning = false))
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting
      this.#waiting = []
      for (const { place, transaction } of some.slice(-limits.recentTransactions.value)) {
        if (this.#stretch.isOver) await this.#stretch.rest()
        if (!this.#hashes.isEmpty) {
          await this.#hashes.publish(place, JSON.stringify(hex(transaction.hash)))
        }
        for (const { view, channel } of this.#whole.values()) {
          if (channel.isEmpty) continue
          await channel.publish(place, JSON.stringify(renderPending(view, transaction)))
        }
      }
    }
  }
}
