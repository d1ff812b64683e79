import type { Peer } from '../core/events.ts'
import { limits } from '../limits.ts'

interface Subscriber {
  readonly isMember: boolean
  /** Own rounds up to it were handed to the network. */
  queued: number
  /** Own rounds up to it were heard, as the subscriber says. */
  heard: number
  /** Heartbeats since `heard` rose while more was queued. */
  beats: number
}

/** Heartbeats without progress after which what was queued counts as lost. */
const patience = 3

/**
 * The own blocks on their way to each subscriber, in order. A subscriber's heartbeats say what it
 * has heard: they subscribe, resume after a break, and acknowledge.
 */
export class Feed {
  readonly #push: (peer: Peer, block: Uint8Array) => boolean
  readonly #blocks = new Map<number, Uint8Array>()
  readonly #subscribers = new Map<Peer, Subscriber>()

  /** @param push Hands one block to the network; false when it takes no more now. */
  constructor(push: (peer: Peer, block: Uint8Array) => boolean) {
    this.#push = push
  }

  get subscribers(): number {
    return this.#subscribers.size
  }

  /** @param bytes SSZ of the own block of `round`, higher than all before. */
  publish(round: number, bytes: Uint8Array): void {
    this.#blocks.set(round, bytes)
    for (const [peer, subscriber] of this.#subscribers) this.#pump(peer, subscriber)
  }

  /** `peer` has heard own rounds up to `round`. */
  heartbeat(peer: Peer, round: number, isMember: boolean): void {
    const known = this.#subscribers.get(peer)
    const subscriber = known ?? { isMember, queued: round, heard: round, beats: 0 }
    if (known === undefined) {
      if (!isMember && this.#strangers >= limits.followers.value) return
      this.#subscribers.set(peer, subscriber)
    } else this.#acknowledge(known, round)
    this.#pump(peer, subscriber)
  }

  drained(peer: Peer): void {
    const subscriber = this.#subscribers.get(peer)
    if (subscriber !== undefined) this.#pump(peer, subscriber)
  }

  /** What was queued to `peer` is lost. */
  interrupted(peer: Peer): void {
    const subscriber = this.#subscribers.get(peer)
    if (subscriber !== undefined) subscriber.queued = subscriber.heard
  }

  disconnected(peer: Peer): void {
    this.#subscribers.delete(peer)
  }

  /** Blocks up to `garbageRound` are of use to nobody. */
  prune(garbageRound: number): void {
    for (const round of this.#blocks.keys()) {
      if (round > garbageRound) break
      this.#blocks.delete(round)
    }
  }

  get #strangers(): number {
    return [...this.#subscribers.values()].filter(({ isMember }) => !isMember).length
  }

  #acknowledge(subscriber: Subscriber, round: number): void {
    if (round > subscriber.heard) {
      subscriber.heard = round
      subscriber.queued = Math.max(subscriber.queued, round)
      subscriber.beats = 0
    } else if (subscriber.queued > round && subscriber.isMember) {
      subscriber.beats++
      if (subscriber.beats < patience) return
      subscriber.beats = 0
      subscriber.heard = round
      subscriber.queued = round
    }
  }

  #pump(peer: Peer, subscriber: Subscriber): void {
    for (const [round, bytes] of this.#blocks) {
      if (round <= subscriber.queued) continue
      if (!this.#push(peer, bytes)) return
      subscriber.queued = round
    }
  }
}
