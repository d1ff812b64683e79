import { Heap } from './heap.ts'
import type { Entry, Ranked, SenderQueue } from './queue.ts'
import { weightOf } from './weight.ts'

/**
 * What gives way when the pool is full: what a block would earn least with; of equals what others of
 * its lane come before, so that nothing is left behind a gap, then the latest. The order is made when it is first needed after head moved, since it hangs on the base fee.
 */
export class Displacement {
  #order: Heap<Ranked> | undefined

  /** Head moved: every worth may be another. */
  reset(): void {
    this.#order = undefined
  }

  /** An entry came. What left is passed over later. */
  add(ranked: Ranked): void {
    this.#order?.push(ranked)
  }

  /**
   * The cheapest entries, each worth less than `worth`, that weigh `bytes` together; undefined
   * when there are not enough. All stay, `except` is not among them.
   */
  find(
    wanted: { readonly bytes: number; readonly worth: bigint; readonly except: Entry | undefined },
    pool: {
      readonly queues: Iterable<SenderQueue>
      readonly baseFee: bigint
      /** Of an entry as things stand; undefined once it has left. */
      readonly worth: (entry: Entry) => bigint | undefined
    },
  ): readonly Entry[] | undefined {
    this.#order ??= new Heap(precedes, [...rank(pool.queues, pool.baseFee)])
    const seen: Ranked[] = []
    const found: Entry[] = []
    let missing = wanted.bytes
    while (missing > 0) {
      const ranked = this.#order.pop()
      if (ranked === undefined) break
      const { entry } = ranked
      const worth = pool.worth(entry)
      if (worth === undefined) continue
      if (worth !== ranked.worth) {
        // A gap before it was filled, or opened, since.
        this.#order.push({ ...ranked, worth })
        continue
      }
      seen.push(ranked)
      if (worth >= wanted.worth) break
      if (entry === wanted.except) continue
      found.push(entry)
      missing -= weightOf(entry.envelope)
    }
    for (const ranked of seen) this.#order.push(ranked)
    return missing > 0 ? undefined : found
  }
}

function* rank(queues: Iterable<SenderQueue>, baseFee: bigint): Generator<Ranked> {
  for (const queue of queues) {
    yield* queue.worths(baseFee)
  }
}

function precedes(a: Ranked, b: Ranked): boolean {
  if (a.worth !== b.worth) return a.worth < b.worth
  return a.depth === b.depth ? a.entry.sequence > b.entry.sequence : a.depth > b.depth
}
