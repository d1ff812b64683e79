import { isFault } from '#base'
import type { AsyncReads, FoundLog, LogFilter } from '#chain'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import type { LogPattern } from '../subscriptions/log-channels.ts'
import type { PoolFeed } from '../subscriptions/pool-feed.ts'

/** What a filter may look at when it is asked. */
export interface FilterView {
  readonly reads: AsyncReads
  /** Number of the head. */
  readonly head: bigint
  readonly pool: PoolFeed
}

/** What came since a filter was asked last. Nothing is gathered for it in between. */
export type Changes =
  | { readonly kind: 'blocks'; readonly hashes: readonly Uint8Array[] }
  | { readonly kind: 'logs'; readonly logs: readonly FoundLog[] }
  | { readonly kind: 'pending'; readonly hashes: readonly Uint8Array[]; readonly whole: boolean }

export interface Filter {
  /** Addresses and topics in it. */
  readonly size: number
  /** Throws what the reads throw; then nothing has changed. */
  changes(view: FilterView): Promise<Changes>
}

/** Hashes of new blocks, so many at once; the rest with the next answer. */
export class BlockFilter implements Filter {
  readonly size = 0
  #next: bigint

  constructor(head: bigint) {
    this.#next = head + 1n
  }

  async changes({ reads, head }: FilterView): Promise<Changes> {
    if (this.#next > head + 1n) this.#next = head + 1n
    const most = BigInt(limits.filterBlocks.value)
    const end = this.#next + most - 1n < head ? this.#next + most - 1n : head
    const found = await Promise.all(
      Array.from({ length: Number(end - this.#next + 1n) }, (_, index) =>
        reads.header({ number: this.#next + BigInt(index) }),
      ),
    )
    this.#next = end + 1n
    return { kind: 'blocks', hashes: found.flatMap((one) => (one === undefined ? [] : [one.hash])) }
  }
}

/** Blocks whose logs are asked for: undefined ends lie at the head, wherever that is. */
export interface LogRange {
  readonly from: bigint | undefined
  readonly to: bigint | undefined
}

/** Logs of new blocks within its range, as many blocks at once as an answer has room for. */
export class LogsFilter implements Filter {
  readonly pattern: LogPattern
  readonly range: LogRange
  readonly size: number
  #next: bigint

  constructor(pattern: LogPattern, range: LogRange, head: bigint) {
    this.pattern = pattern
    this.range = range
    this.size = pattern.addresses.length + pattern.topics.flat().length
    this.#next = range.from === undefined || range.from <= head ? head + 1n : range.from
  }

  async changes({ reads, head }: FilterView): Promise<Changes> {
    const last = this.range.to === undefined || this.range.to > head ? head : this.range.to
    if (this.#next > head + 1n && (this.range.from ?? 0n) <= head) this.#next = head + 1n
    const most = BigInt(limits.filterBlocks.value)
    let end = this.#next + most - 1n < last ? this.#next + most - 1n : last
    if (end < this.#next) return { kind: 'logs', logs: [] }
    for (;;) {
      try {
        const logs = await reads.logs(this.#within(this.#next, end))
        this.#next = end + 1n
        return { kind: 'logs', logs }
      } catch (error) {
        if (end === this.#next || !isFault(error, 'READ_TOO_MANY_LOGS', 'READ_LOGS_TOO_LARGE')) {
          throw error
        }
        end = this.#next + (end - this.#next) / 2n
      }
    }
  }

  #within(from: bigint, to: bigint): LogFilter {
    const { logResults, logBytes } = limits
    return { ...this.pattern, from, to, limit: logResults.value, byteLimit: logBytes.value }
  }
}

/** What came into the pool. */
export class PendingFilter implements Filter {
  readonly size = 0
  readonly #whole: boolean
  #place: bigint

  constructor(pool: PoolFeed, whole: boolean) {
    this.#whole = whole
    this.#place = pool.last
  }

  changes({ pool }: FilterView): Promise<Changes> {
    const hashes = pool.since(this.#place)
    this.#place = pool.last
    if (hashes === undefined) return Promise.reject(behind())
    return Promise.resolve({ kind: 'pending', hashes, whole: this.#whole })
  }
}

function behind(): RpcFault {
  return new RpcFault(
    { code: 'RPC_FILTER_BEHIND', remembered: limits.recentTransactions.value },
    'more transactions came in than are remembered: ask more often; the filter goes on from here',
  )
}
