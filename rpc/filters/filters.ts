import { type Clock, hex, type Hex, type Random } from '#base'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { local } from '../source.ts'
import type { Changes, Filter, FilterView } from './filter.ts'

interface Kept {
  readonly filter: Filter
  readonly client: string
  /** Milliseconds by the clock. */
  usedAt: number
  /** Ends when the last question about it is answered: each answer begins where that one ended. */
  turn: Promise<unknown>
}

/** What one client has of them. */
interface Share {
  filters: number
  /** Addresses and topics. */
  words: number
}

/** The filters of all clients. Who knows an id may use it: it cannot be guessed. */
export class Filters {
  readonly #random: Random
  readonly #clock: Clock
  /** Those unused for longest first. */
  readonly #kept = new Map<string, Kept>()
  readonly #byClient = new Map<string, Share>()
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
    const own = this.#byClient.get(client) ?? { filters: 0, words: 0 }
    this.#check(filter, own, client)
    this.#words += filter.size
    const id = hex(this.#random.bytes(16))
    this.#byClient.set(client, own)
    own.filters++
    own.words += filter.size
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

  #check({ size }: Filter, own: Share, client: string): void {
    const { filters, filtersPerClient, watchedWords, watchedWordsPerClient } = limits
    if (own.filters >= filtersPerClient.value) throw full('filtersPerClient')
    if (client !== local && own.words + size > watchedWordsPerClient.value) {
      throw full('watchedWordsPerClient')
    }
    if (this.#kept.size >= filters.value) throw full('filters')
    if (this.#words + size > watchedWords.value) throw full('watchedWords')
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
    const own = this.#byClient.get(kept.client)
    if (own === undefined) return true
    own.words -= kept.filter.size
    if (--own.filters === 0) this.#byClient.delete(kept.client)
    return true
  }
}

function unknown(): RpcFault {
  return new RpcFault(
    { code: 'RPC_FILTER_UNKNOWN' },
    `filter not found: it was never made, or nobody asked for it in ${limits.filterTime.value / 60_000} minutes; make another`,
  )
}

type Full = 'filters' | 'filtersPerClient' | 'watchedWords' | 'watchedWordsPerClient'

function full(limit: Full): RpcFault {
  const { value: most, unit } = limits[limit]
  const cure = limit.endsWith('PerClient')
    ? `one client may have ${most} ${unit}: end some with eth_uninstallFilter, or wait until unused ones expire`
    : `all clients together have ${most} ${unit}, as many as this node keeps: come back later, or poll eth_getLogs`
  return new RpcFault({ code: 'RPC_FILTERS_FULL', limit, most }, `too many filters: ${cure}`)
}
