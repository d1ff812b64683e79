import type { ParsEnvelope } from '../pars/envelope.ts'
import type { Entry, SenderQueue } from './queue.ts'

interface Run {
  readonly entries: readonly Entry[]
  at: number
}

/**
 * The best-paying transactions first, each lane in the order of its nonces, until `room` is used
 * up. A lane stops at its first transaction that is not `fit`.
 */
export function select(
  queues: Iterable<SenderQueue>,
  baseFee: bigint,
  room: { readonly gas: bigint; readonly bytes: number },
  fit: (entry: Entry) => boolean,
): ParsEnvelope[] {
  const runs: Run[] = []
  for (const queue of queues) for (const entries of queue.runnable()) runs.push({ entries, at: 0 })
  const heap = new Heap((a, b) => better(a, b, baseFee), runs)
  const chosen: ParsEnvelope[] = []
  let { gas, bytes } = room
  for (let run = heap.pop(); run !== undefined; run = heap.pop()) {
    const entry = run.entries[run.at]
    if (entry === undefined || !fit(entry)) continue
    const { gasLimit, wire } = entry.envelope
    if (gasLimit > gas || wire.length > bytes) break
    gas -= gasLimit
    bytes -= wire.length
    chosen.push(entry.envelope)
    run.at++
    if (run.at < run.entries.length) heap.push(run)
  }
  return chosen
}

function better(a: Run, b: Run, baseFee: bigint): boolean {
  const first = a.entries[a.at]
  const second = b.entries[b.at]
  if (first === undefined || second === undefined) return second === undefined
  const difference =
    first.envelope.effectiveGasPrice(baseFee) - second.envelope.effectiveGasPrice(baseFee)
  return difference === 0n ? first.sequence < second.sequence : difference > 0n
}

class Heap<T> {
  readonly #better: (a: T, b: T) => boolean
  readonly #items: T[]

  constructor(better: (a: T, b: T) => boolean, items: readonly T[]) {
    this.#better = better
    this.#items = [...items]
    for (let index = this.#items.length >> 1; index >= 0; index--) this.#sink(index)
  }

  push(item: T): void {
    const items = this.#items
    let index = items.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#precedes(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  pop(): T | undefined {
    const [top] = this.#items
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last
      this.#sink(0)
    }
    return top
  }

  #sink(start: number): void {
    for (let index = start; ; ) {
      let best = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#items.length && this.#precedes(child, best)) best = child
      }
      if (best === index) return
      this.#swap(index, best)
      index = best
    }
  }

  #precedes(a: number, b: number): boolean {
    return this.#better(this.#items[a] as T, this.#items[b] as T)
  }

  #swap(a: number, b: number): void {
    const items = this.#items
    ;[items[a], items[b]] = [items[b] as T, items[a] as T]
  }
}
