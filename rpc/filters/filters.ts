import { type Clock, hex, type Hex, type Random } from '#base'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Changes, Filter, FilterView } from './filter.ts'

interface Kept {
  readonly filter: Filter
  readonly client: string
  /** Milliseconds by the clock. */
  usedAt: number
  /** Ends when the last question about it is answered: each answer begins where that one ended. */
  turn: Promise<unknown>
}

/** The filters of all clients. Who knows an id may use it: it cannot be guessed. */
export class Filters {
  readonly #random: Random
  readonly #clock: Clock
  /** Those unused for longest first. */
  readonly #kept = new Map<string, Kept>()
  readonly #byClient = new Map<string, number>()
  /** Addresses and topics of all. */
  #words = 0

  constructor(random: Random, clock: Clock) {
    this.#random = random
    this.#clock = clock
  }

  get size(): number {
    return this.#kept.size
  }

  /** @returns The id. Throws `RPC_FILTERS_FULL`. */
  add(filter: Filter, client: string): Hex {
    this.#expire()
    const own = this.#byClient.get(client) ?? 0
    const isFull =
      own >= limits.filtersPerClient.value ||
      this.#kept.size >= limits.filters.value ||
      this.#words + filter.size > limits.watchedWords.value
    if (isFull) throw full()
    this.#words += filter.size
    const id = hex(this.#random.bytes(16))
    this.#byClient.set(client, own + 1)
    this.#kept.set(id, { filter, client, usedAt: this.#clock.now(), turn: Promise.resolve() })
    return id
  }

  /** False when there is none. */
  remove(id: string): boolean {
    this.#expire()
    return this.#forget(id)
  }

  /** Throws `RPC_FILTER_UNKNOWN`. */
  get(id: string): Filter {
    return this.#use(id).filter
  }

  /** Throws `RPC_FILTER_UNKNOWN`, and as the filter. */
  changes(id: string, view: () => FilterView): Promise<Changes> {
    const kept = this.#use(id)
    const turn = kept.turn.then(() => kept.filter.changes(view()))
    kept.turn = turn.catch(() => undefined)
    return turn
  }

  #use(id: string): Kept {
    this.#expire()
    const kept = this.#kept.get(id)
    if (kept === undefined) throw unknown()
    kept.usedAt = this.#clock.now()
    this.#kept.delete(id)
    this.#kept.set(id, kept)
    return kept
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const [id, { usedAt }] of this.#kept) {
      if (now - usedAt < limits.filterTime.value) return
      this.#forget(id)
    }
  }

  #forget(id: string): boolean {
    const kept = this.#kept.get(id)
    if (kept === undefined) return false
    this.#kept.delete(id)
    this.#words -= kept.filter.size
    const left = (this.#byClient.get(kept.client) ?? 1) - 1
    if (left === 0) this.#byClient.delete(kept.client)
    else this.#byClient.set(kept.client, left)
    return true
  }
}

function unknown(): RpcFault {
  return new RpcFault(
    { code: 'RPC_FILTER_UNKNOWN' },
    `filter not found: it was never made, or nobody asked for it in ${limits.filterTime.value / 60_000} minutes; make another`,
  )
}

function full(): RpcFault {
  return new RpcFault(
    { code: 'RPC_FILTERS_FULL', perClient: limits.filtersPerClient.value },
    'too many filters: end some with eth_uninstallFilter, or wait until unused ones expire',
  )
}
