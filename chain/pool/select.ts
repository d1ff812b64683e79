import type { ParsEnvelope } from '../pars/envelope.ts'
import { blockBytes } from '../pars/limits.ts'
import { Heap } from './heap.ts'
import { limits } from './limits.ts'
import type { Entry, SenderQueue } from './queue.ts'

/** What a block has left. */
export interface Room {
  readonly gas: bigint
  /** As `blockBytes` counts them. */
  readonly bytes: number
  /** Any number unless given. */
  readonly transactions?: number
}

/**
 * Whether a block takes a transaction, passes it over (it is on its way in another block, so what
 * follows it may run), or leaves it and with it the rest of its lane.
 */
export type Choice = 'take' | 'pass' | 'leave'

/** One lane, from its next nonce on. */
interface Run {
  readonly entries: readonly Entry[]
  readonly at: number
  /** Wei per gas that the block earns with the entry at `at`. */
  readonly price: bigint
  readonly sequence: number
}

/**
 * The best-paying transactions first, each lane in the order of its nonces. A lane ends at its
 * first transaction that `choose` leaves or that does not fit into what is left of `room`; the
 * others go on, so that one large transaction does not keep the small ones out.
 */
export function select(
  queues: Iterable<SenderQueue>,
  baseFee: bigint,
  room: Room,
  choose: (entry: Entry) => Choice,
): ParsEnvelope[] {
  const runs: Run[] = []
  const start = (entries: readonly Entry[], from: number): Run | undefined => {
    for (let at = from; ; at++) {
      const entry = entries[at]
      if (entry === undefined) return undefined
      const choice = choose(entry)
      if (choice === 'leave') return undefined
      if (choice === 'pass') continue
      const price = entry.envelope.effectiveGasPrice(baseFee)
      return { entries, at, price, sequence: entry.sequence }
    }
  }
  for (const queue of queues) {
    for (const entries of queue.runnable()) {
      const run = start(entries, 0)
      if (run !== undefined) runs.push(run)
    }
  }
  const heap = new Heap(precedes, runs)
  const chosen: ParsEnvelope[] = []
  let { gas, bytes } = room
  let misfits = 0
  const { transactions = Infinity } = room
  for (let run = heap.pop(); run !== undefined && chosen.length < transactions; run = heap.pop()) {
    const envelope = run.entries[run.at]?.envelope
    if (envelope === undefined) continue
    const size = blockBytes(envelope.wire)
    if (envelope.gasLimit > gas || size > bytes) {
      if (++misfits === limits.misfits.value) break
      continue
    }
    gas -= envelope.gasLimit
    bytes -= size
    chosen.push(envelope)
    const rest = start(run.entries, run.at + 1)
    if (rest !== undefined) heap.push(rest)
  }
  return chosen
}

function precedes(a: Run, b: Run): boolean {
  return a.price === b.price ? a.sequence < b.sequence : a.price > b.price
}
