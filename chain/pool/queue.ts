/** The pooled transactions of one sender, by lane and nonce, and what they may cost together. */
import type { ParsEnvelope } from '../pars/envelope.ts'
import { recordSlot, slotOf } from '../pars/slots.ts'
import { laneNonce, maximalCost, nextNonce } from '../pars/validity.ts'
import type { StateView } from '../pars/view.ts'

export interface Entry {
  readonly envelope: ParsEnvelope
  /** Arrival order, over the whole pool. */
  readonly sequence: number
}

/** An entry as it gives way to others. */
export interface Ranked {
  readonly entry: Entry
  /** Wei per gas that a block earns with it. */
  readonly worth: bigint
  /** How many nonces of its lane come before it. */
  readonly depth: bigint
}

type Place = Pick<ParsEnvelope['fields'], 'nonce' | 'nonceKey'>

interface Lane {
  /** The first nonce that the state has not consumed. */
  next: bigint
  /** How many entries follow each other without a gap from `next` on. */
  run: number
  /** Of 0x0607, where the state keeps it; none for the account nonce. */
  readonly slot: Uint8Array | undefined
  readonly entries: Map<bigint, Entry>
}

/** Over all senders. */
export interface Tally {
  /** Entries that no gap keeps from running. */
  executable: number
}

/** Worth of what cannot run now: behind a gap, or below the base fee. */
const worthless = -1n

export class SenderQueue {
  /** By nonceKey. */
  readonly #lanes = new Map<bigint, Lane>()
  /** Of 0x0606, where the state keeps the sender's keyHash. */
  readonly recordSlot: Uint8Array
  readonly #sender: Uint8Array
  readonly #tally: Tally
  #cost = 0n
  #size = 0

  /** @param tally Of all queues that are counted together. */
  constructor(sender: Uint8Array, tally: Tally) {
    this.#tally = tally
    // A view would keep the whole encoding of the first transaction in memory.
    this.#sender = sender.slice()
    this.recordSlot = recordSlot(sender)
  }

  /** Σ(gasLimit·maxFee + value), in wei. */
  get cost(): bigint {
    return this.#cost
  }

  get size(): number {
    return this.#size
  }

  get lanes(): number {
    return this.#lanes.size
  }

  /** The first entry of some lane. Whatever S2 and S3 say of it they say of all: one key signed them. */
  get any(): Entry | undefined {
    const [first] = this.entries()
    return first
  }

  hasLane({ fields }: ParsEnvelope): boolean {
    return this.#lanes.has(fields.nonceKey)
  }

  at({ fields }: { readonly fields: Place }): Entry | undefined {
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
    const lane = this.#lanes.get(nonceKey) ?? this.#open(nonceKey, next)
    lane.entries.set(nonce, entry)
    this.#lanes.set(nonceKey, lane)
    this.#moveTo(lane, next)
    this.#size++
    this.#cost += maximalCost(entry.envelope)
    return replaced
  }

  remove(entry: Entry): void {
    const { nonceKey, nonce } = entry.envelope.fields
    const lane = this.#lanes.get(nonceKey)
    if (lane?.entries.get(nonce) !== entry) return
    lane.entries.delete(nonce)
    if (lane.entries.size === 0) this.#lanes.delete(nonceKey)
    const place = nonce - lane.next
    if (place >= 0n && place < lane.run) this.#setRun(lane, Number(place))
    this.#size--
    this.#cost -= maximalCost(entry.envelope)
  }

  /** Moves every lane to where the state is. Returns what they passed, removed. */
  advance(view: StateView): readonly Entry[] {
    const passed: Entry[] = []
    for (const lane of this.#lanes.values()) {
      const { slot } = lane
      const next = slot ? laneNonce(view, slot) : nextNonce(view, this.#sender, 0n)
      if (next === lane.next) continue
      this.#moveTo(lane, next)
      for (const [nonce, entry] of lane.entries) if (nonce < next) passed.push(entry)
    }
    for (const entry of passed) this.remove(entry)
    return passed
  }

  /** Removes the latest arrivals, from the ends of the lanes, until `balance` covers the rest. */
  shed(balance: bigint): readonly Entry[] {
    const shed: Entry[] = []
    while (this.#cost > balance) {
      const ends = [...this.#lanes.values()].map(lastOf)
      const latest = ends.reduce((a, b) => (a.sequence > b.sequence ? a : b))
      this.remove(latest)
      shed.push(latest)
    }
    return shed
  }

  /** For each lane its entries without a gap, from the next nonce on. */
  *runnable(): Generator<readonly Entry[]> {
    for (const lane of this.#lanes.values()) {
      if (lane.run > 0) yield runOf(lane)
    }
  }

  /** The first free nonce of a lane, given the state’s. */
  pendingNonce(nonceKey: bigint, next: bigint): bigint {
    const entries = this.#lanes.get(nonceKey)?.entries
    let nonce = next
    while (entries?.has(nonce) === true) nonce++
    return nonce
  }

  /**
   * Wei per gas that a block earns with each entry: no more than with those it has to wait for, and
   * less than nothing for what cannot run.
   */
  *worths(baseFee: bigint): Generator<Ranked> {
    for (const lane of this.#lanes.values()) {
      const run = runOf(lane)
      let worth: bigint | undefined
      for (const entry of run) {
        worth = lower(tipOf(entry.envelope, baseFee), worth)
        yield { entry, worth, depth: entry.envelope.fields.nonce - lane.next }
      }
      if (run.length === lane.entries.size) continue
      const first = lane.next + BigInt(run.length)
      for (const entry of lane.entries.values()) {
        const { nonce } = entry.envelope.fields
        if (nonce > first) yield { entry, worth: worthless, depth: nonce - lane.next }
      }
    }
  }

  /** The worth of one that is here. */
  worthNow({ envelope }: Entry, baseFee: bigint): bigint {
    const next = this.#lanes.get(envelope.fields.nonceKey)?.next ?? 0n
    return worthOf(envelope, next, baseFee, this)
  }

  #open(nonceKey: bigint, next: bigint): Lane {
    const slot = nonceKey === 0n ? undefined : slotOf(this.#sender, nonceKey)
    return { next, run: 0, slot, entries: new Map() }
  }

  /** The state, or an entry that came, may have made the lane's run another. */
  #moveTo(lane: Lane, next: bigint): void {
    const moved = Number(next - lane.next)
    let run = moved < 0 ? 0 : Math.max(0, lane.run - moved)
    lane.next = next
    while (lane.entries.has(next + BigInt(run))) run++
    this.#setRun(lane, run)
  }

  #setRun(lane: Lane, run: number): void {
    this.#tally.executable += run - lane.run
    lane.run = run
  }
}

/**
 * The worth that `envelope` has in `queue`, or would have.
 * @param next The first nonce of its lane that the state has not consumed.
 * @param queue Of its sender; undefined where nothing of that sender waits.
 */
export function worthOf(
  envelope: ParsEnvelope,
  next: bigint,
  baseFee: bigint,
  queue: SenderQueue | undefined,
): bigint {
  const { nonceKey, nonce: own } = envelope.fields
  let worth = tipOf(envelope, baseFee)
  for (let nonce = next; nonce < own; nonce++) {
    const before = queue?.at({ fields: { nonceKey, nonce } })
    worth = before === undefined ? worthless : lower(tipOf(before.envelope, baseFee), worth)
  }
  return worth
}

function lastOf({ entries }: Lane): Entry {
  return [...entries.values()].reduce((a, b) =>
    a.envelope.fields.nonce > b.envelope.fields.nonce ? a : b,
  )
}

function runOf({ next, run, entries }: Lane): Entry[] {
  const found: Entry[] = []
  for (let nonce = next; found.length < run; nonce++) {
    const entry = entries.get(nonce)
    if (entry === undefined) break
    found.push(entry)
  }
  return found
}

function tipOf(envelope: ParsEnvelope, baseFee: bigint): bigint {
  const tip = envelope.effectiveGasPrice(baseFee) - baseFee
  return tip < 0n ? worthless : tip
}

function lower(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a < b ? a : b
}
