/** The pooled transactions of one sender, by lane and nonce, and what they may cost together. */
import type { ParsEnvelope } from '../pars/envelope.ts'
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

/** Worth of what cannot run now: behind a gap, or below the base fee. */
const worthless = -1n

export class SenderQueue {
  /** By nonceKey. */
  readonly #lanes = new Map<bigint, Lane>()
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
    if ((this.#expired[0] ?? now) < now) {
      this.#expired = this.#expired.filter((until) => until >= now)
    }
    return this.#count + this.#expired.length
  }

  get lanes(): number {
    return this.#lanes.size
  }

  get nonceKeys(): readonly bigint[] {
    return [...this.#lanes.keys()]
  }

  hasLane({ fields }: ParsEnvelope): boolean {
    return this.#lanes.has(fields.nonceKey)
  }

  at({ fields }: ParsEnvelope): Entry | undefined {
    return this.#lanes.get(fields.nonceKey)?.entries.get(fields.nonce)
  }

  *entries(): Generator<Entry> {
    for (const lane of this.#lanes.values()) yield* lane.entries.values()
  }

  /** Replaces the entry with the same nonce, which it returns. */
  put(entry: Entry, next: bigint): Entry | undefined {
    const { nonceKey, nonce } = entry.envelope.fields
    const replaced = this.at(entry.envelope)
    if (replaced !== undefined) this.remove(replaced)
    const lane = this.#lanes.get(nonceKey) ?? { next, entries: new Map<bigint, Entry>() }
    lane.next = next
    lane.entries.set(nonce, entry)
    this.#lanes.set(nonceKey, lane)
    this.#count++
    this.#cost += maximalCost(entry.envelope)
    return replaced
  }

  remove(entry: Entry): void {
    const { nonceKey, nonce } = entry.envelope.fields
    const lane = this.#lanes.get(nonceKey)
    if (lane?.entries.get(nonce) !== entry) return
    lane.entries.delete(nonce)
    if (lane.entries.size === 0) this.#lanes.delete(nonceKey)
    this.#count--
    this.#cost -= maximalCost(entry.envelope)
  }

  /** Removes `entry`, and keeps its slot taken for a while. */
  expire(entry: Entry, now: number): void {
    this.remove(entry)
    this.#expired.push(now + limits.expiredSlot.value)
  }

  /** Moves a lane to `next`. Returns what it passed, removed. */
  advance(nonceKey: bigint, next: bigint): readonly Entry[] {
    const lane = this.#lanes.get(nonceKey)
    if (lane === undefined) return []
    lane.next = next
    const passed = [...lane.entries.values()].filter(({ envelope }) => envelope.fields.nonce < next)
    for (const entry of passed) this.remove(entry)
    return passed
  }

  /** Removes the latest arrivals, from the ends of the lanes, until `balance` covers the rest. */
  shed(balance: bigint): readonly Entry[] {
    const shed: Entry[] = []
    while (this.#cost > balance) {
      const ends = this.nonceKeys.flatMap((nonceKey) => this.#last(nonceKey) ?? [])
      const latest = ends.reduce((a, b) => (a.sequence > b.sequence ? a : b))
      this.remove(latest)
      shed.push(latest)
    }
    return shed
  }

  /** For each lane its entries without a gap, from the next nonce on. */
  *runnable(): Generator<readonly Entry[]> {
    for (const lane of this.#lanes.values()) {
      const run = runOf(lane)
      if (run.length > 0) yield run
    }
  }

  /** The first free nonce of lane 0, given the state's. */
  pendingNonce(next: bigint): bigint {
    const entries = this.#lanes.get(0n)?.entries
    let nonce = next
    while (entries?.has(nonce) === true) nonce++
    return nonce
  }

  /**
   * Wei per gas that a block earns with each entry: no more than with those it has to wait for, and
   * less than nothing for what cannot run.
   */
  *worths(baseFee: bigint): Generator<readonly [entry: Entry, worth: bigint]> {
    for (const lane of this.#lanes.values()) {
      const run = runOf(lane)
      let worth: bigint | undefined
      for (const entry of run) {
        worth = lower(tipOf(entry.envelope, baseFee), worth)
        yield [entry, worth]
      }
      if (run.length === lane.entries.size) continue
      const first = lane.next + BigInt(run.length)
      for (const entry of lane.entries.values()) {
        if (entry.envelope.fields.nonce > first) yield [entry, worthless]
      }
    }
  }

  /** The worth that `envelope` would have here. */
  worthOf(envelope: ParsEnvelope, next: bigint, baseFee: bigint): bigint {
    const entries = this.#lanes.get(envelope.fields.nonceKey)?.entries
    let worth = tipOf(envelope, baseFee)
    for (let nonce = next; nonce < envelope.fields.nonce; nonce++) {
      const before = entries?.get(nonce)
      worth = before === undefined ? worthless : lower(tipOf(before.envelope, baseFee), worth)
    }
    return worth
  }

  #last(nonceKey: bigint): Entry | undefined {
    const entries = [...(this.#lanes.get(nonceKey)?.entries.values() ?? [])]
    return entries.reduce<Entry | undefined>(
      (last, entry) =>
        last === undefined || entry.envelope.fields.nonce > last.envelope.fields.nonce
          ? entry
          : last,
      undefined,
    )
  }
}

function runOf({ next, entries }: Lane): Entry[] {
  const run: Entry[] = []
  for (let nonce = next; ; nonce++) {
    const entry = entries.get(nonce)
    if (entry === undefined) return run
    run.push(entry)
  }
}

function tipOf(envelope: ParsEnvelope, baseFee: bigint): bigint {
  const tip = envelope.effectiveGasPrice(baseFee) - baseFee
  return tip < 0n ? worthless : tip
}

function lower(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a < b ? a : b
}
