/** The pooled transactions of one sender, by lane and nonce, and what they may cost together. */
import { type ParsEnvelope, laneOf } from '../pars/envelope.ts'
import { maximalCost } from '../pars/validity.ts'
import { limits } from './limits.ts'

export interface Entry {
  readonly envelope: ParsEnvelope
  /** Arrival order, over the whole pool. */
  readonly sequence: number
}

interface Lane {
  /** The first nonce that the state has not consumed. */
  next: bigint
  readonly entries: Map<bigint, Entry>
}

export class SenderQueue {
  readonly #lanes = new Map<string, Lane>()
  #cost = 0n
  #count = 0
  /** When the slots of expired transactions come free, in milliseconds, ascending. */
  #expired: number[] = []

  /** Σ(gasLimit·maxFee + value), in wei. */
  get cost(): bigint {
    return this.#cost
  }

  /** Slots in use at `now`, those of expired transactions included. */
  slots(now: number): number {
    this.#expired = this.#expired.filter((until) => until > now)
    return this.#count + this.#expired.length
  }

  get lanes(): number {
    return this.#lanes.size
  }

  hasLane(envelope: ParsEnvelope): boolean {
    return this.#lanes.has(laneOf(envelope))
  }

  at(envelope: ParsEnvelope): Entry | undefined {
    return this.#lanes.get(laneOf(envelope))?.entries.get(envelope.fields.nonce)
  }

  *entries(): Generator<Entry> {
    for (const lane of this.#lanes.values()) yield* lane.entries.values()
  }

  /** Replaces the entry with the same nonce, which it returns. */
  put(entry: Entry, next: bigint): Entry | undefined {
    const key = laneOf(entry.envelope)
    const lane = this.#lanes.get(key) ?? { next, entries: new Map<bigint, Entry>() }
    const replaced = lane.entries.get(entry.envelope.fields.nonce)
    if (replaced === undefined) this.#count++
    else this.#cost -= maximalCost(replaced.envelope)
    this.#cost += maximalCost(entry.envelope)
    lane.next = next
    lane.entries.set(entry.envelope.fields.nonce, entry)
    this.#lanes.set(key, lane)
    return replaced
  }

  remove(entry: Entry): void {
    const key = laneOf(entry.envelope)
    const lane = this.#lanes.get(key)
    if (lane?.entries.get(entry.envelope.fields.nonce) !== entry) return
    lane.entries.delete(entry.envelope.fields.nonce)
    if (lane.entries.size === 0) this.#lanes.delete(key)
    this.#count--
    this.#cost -= maximalCost(entry.envelope)
  }

  /** Keeps the slot of an expired transaction taken for a while. */
  expire(entry: Entry, now: number): void {
    this.remove(entry)
    this.#expired.push(now + limits.expiredSlot.value)
  }

  /** Moves the lane of `envelope` to `next`. */
  advance(envelope: ParsEnvelope, next: bigint): void {
    const lane = this.#lanes.get(laneOf(envelope))
    if (lane !== undefined) lane.next = next
  }

  /** For each lane its entries without a gap, from the next nonce on. */
  *runnable(): Generator<readonly Entry[]> {
    for (const { next, entries } of this.#lanes.values()) {
      const run: Entry[] = []
      for (let nonce = next; ; nonce++) {
        const entry = entries.get(nonce)
        if (entry === undefined) break
        run.push(entry)
      }
      if (run.length > 0) yield run
    }
  }

  /** The first free nonce of lane 0, given the state's. */
  pendingNonce(next: bigint, lane: string): bigint {
    const entries = this.#lanes.get(lane)?.entries
    let nonce = next
    while (entries?.has(nonce) === true) nonce++
    return nonce
  }
}
