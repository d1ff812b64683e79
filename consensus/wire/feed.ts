import type { Peer } from '../core/events.ts'
import { limits } from '../limits.ts'
import { Pace } from './pace.ts'

interface Subscriber {
  readonly isMember: boolean
  readonly origin: string | undefined
  /** When it took its place. */
  readonly since: number
  readonly pace: Pace
  /** Own rounds up to it were handed to the network. */
  queued: number
  /** Own rounds up to it were heard and kept, as the subscriber says. */
  heard: number
  /** Heartbeats since `heard` rose while more was queued. */
  beats: number
}

/** Heartbeats without progress after which what was queued counts as lost. */
const patience = 3

/**
 * The own blocks on their way to each subscriber, in order, no faster than it may take them. A
 * subscriber's heartbeats say what it has heard: they subscribe, resume after a break, and
 * acknowledge. Members have a place each; the others take turns.
 */
export class Feed {
  readonly #push: (peer: Peer, block: Uint8Array) => boolean
  readonly #now: () => number
  readonly #originOf: (peer: Peer) => string | undefined
  readonly #blocks = new Map<number, Uint8Array>()
  readonly #subscribers = new Map<Peer, Subscriber>()

  /** @param push Hands one block to the network; false when it takes no more now. */
  constructor(
    push: (peer: Peer, block: Uint8Array) => boolean,
    now: () => number,
    originOf: (peer: Peer) => string | undefined = () => undefined,
  ) {
    this.#push = push
    this.#now = now
    this.#originOf = originOf
  }

  get subscribers(): number {
    return this.#subscribers.size
  }

  /** @param bytes SSZ of the own block of `round`, higher than all before. */
  publish(round: number, bytes: Uint8Array): void {
    this.#blocks.set(round, bytes)
    for (const [peer, subscriber] of this.#subscribers) this.#pump(peer, subscriber)
  }

  /** `peer` has heard own rounds up to `round`, and kept their blocks. */
  heartbeat(peer: Peer, round: number, isMember: boolean): void {
    const known = this.#subscribers.get(peer)
    if (known !== undefined) this.#acknowledge(known, round)
    const subscriber = known ?? this.#subscribe(peer, round, isMember)
    if (subscriber !== undefined) this.#pump(peer, subscriber)
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

  #subscribe(peer: Peer, round: number, isMember: boolean): Subscriber | undefined {
    const now = this.#now()
    const origin = this.#originOf(peer)
    if (!isMember && !this.#makesRoom(now, origin)) return undefined
    // What is older a stranger asks for: who comes anew each time would have all of it pushed.
    const from = isMember ? round : Math.max(round, this.#newest - limits.followerBacklog.value)
    const pace = new Pace(now)
    const subscriber = { isMember, origin, since: now, pace, queued: from, heard: from, beats: 0 }
    this.#subscribers.set(peer, subscriber)
    return subscriber
  }

  /** The stranger that has had its place for longest gives it up, after its turn. */
  #makesRoom(now: number, origin: string | undefined): boolean {
    const strangers = [...this.#subscribers].filter(([, { isMember }]) => !isMember)
    const neighbours = strangers.filter(([, other]) => other.origin === origin)
    const isCrowded = origin !== undefined && neighbours.length >= limits.followersPerOrigin.value
    if (!isCrowded && strangers.length < limits.followers.value) return true
    const [oldest] = isCrowded ? neighbours : strangers
    if (oldest === undefined || now < oldest[1].since + limits.followerTurn.value) return false
    return this.#subscribers.delete(oldest[0])
  }

  get #newest(): number {
    let newest = 0
    for (const round of this.#blocks.keys()) newest = round
    return newest
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
      if (!subscriber.pace.allows(this.#now()) || !this.#push(peer, bytes)) return
      subscriber.pace.spend(bytes.length)
      subscriber.queued = round
    }
  }
}
