import type { Connection, Stream } from '@libp2p/interface'

import { type Clock, Fault, isFault, type Log } from '#base'

import { reasonOf } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Link, Links } from '../peers/links.ts'
import type { TrafficClass, TrafficFacts } from '../port.ts'
import { TokenBucket } from '../token-bucket.ts'

const rates = {
  dag: limits.dagRate,
  transactions: limits.transactionRate,
  sync: limits.syncRate,
} as const satisfies Record<TrafficClass, { readonly value: number }>

interface Budget {
  readonly inbound: Readonly<Record<TrafficClass, TokenBucket>>
  readonly served: TokenBucket
}

/** What every stream goes through: who is behind it, how much it may bring, who pays for faults. */
export class Guard {
  readonly clock: Clock
  readonly log: Log
  readonly #links: Links
  readonly #isReserved: (peer: string) => boolean
  /** What all others than the committee and static peers are served. */
  readonly #strangers: TokenBucket
  readonly #charge: (peer: string, points: number, reason: string) => void
  readonly #budgets = new Map<string, Budget>()
  readonly #bytes = {
    dag: { received: 0, sent: 0 },
    transactions: { received: 0, sent: 0 },
    sync: { received: 0, sent: 0 },
  }

  constructor(init: {
    clock: Clock
    log: Log
    links: Links
    isReserved: (peer: string) => boolean
    charge: (peer: string, points: number, reason: string) => void
  }) {
    this.clock = init.clock
    this.log = init.log
    this.#links = init.links
    this.#isReserved = init.isReserved
    const rate = limits.strangersRate.value
    this.#strangers = new TokenBucket(init.clock, rate, rate * limits.burst.value)
    this.#charge = init.charge
  }

  /** The verified connection behind a stream; waits for its status. Throws `NETWORK_STATUS`. */
  async linkOf(connection: Connection): Promise<Link> {
    const link = this.#links.of(connection)
    if (link === undefined) throw new Fault({ code: 'NETWORK_STATUS', reason: 'connection ended' })
    await link.verified()
    return link
  }

  linksTo(peer: string): readonly Link[] {
    return this.#links.to(peer)
  }

  /** All that went through, since the start. */
  get bytes(): TrafficFacts['bytes'] {
    return structuredClone(this.#bytes)
  }

  sent(traffic: TrafficClass, bytes: number): void {
    this.#bytes[traffic].sent += bytes
  }

  /** Throws `NETWORK_BUDGET` when `bytes` are more than the class of traffic may bring now. */
  arrived(peer: string, traffic: TrafficClass, bytes: number): void {
    this.#bytes[traffic].received += bytes
    if (!this.#budget(peer).inbound[traffic].charge(bytes)) {
      throw new Fault({ code: 'NETWORK_BUDGET', traffic })
    }
  }

  /** Takes the `cost` of an answer: milliseconds that it has to wait, undefined when it may not. */
  admit(peer: string, cost: number): number | undefined {
    const buckets = this.#serving(peer)
    const wait = Math.max(...buckets.map((bucket) => bucket.wait(cost)))
    if (wait > limits.serveWait.value) return undefined
    for (const bucket of buckets) bucket.charge(cost)
    return wait
  }

  /** Whether another item may go to `peer`. */
  mayServe(peer: string): boolean {
    return this.#serving(peer).every((bucket) => bucket.charge(0))
  }

  served(peer: string, bytes: number): void {
    for (const bucket of this.#serving(peer)) bucket.charge(bytes)
  }

  /** The committee waits for no stranger. */
  #serving(peer: string): readonly TokenBucket[] {
    const { served } = this.#budget(peer)
    return this.#isReserved(peer) ? [served] : [served, this.#strangers]
  }

  /**
   * Ends a stream over an error, and charges the peer when it is the peer's.
   * @param isThrown By the handler of its frames.
   */
  fail(stream: Stream, peer: string, protocol: string, error: unknown, isThrown = false): void {
    if (stream.status === 'open' || stream.status === 'closing') stream.abort(asError(error))
    const reason = reasonOf(error)
    if (isFault(error, 'NETWORK_MALFORMED')) {
      this.#charge(peer, limits.ban.value, `${protocol}: ${reason}`)
    } else if (isFault(error, 'NETWORK_FRAME', 'NETWORK_BUDGET')) {
      this.#charge(peer, limits.strike.value, `${protocol}: ${reason}`)
    } else if (isThrown && !isFault(error)) {
      this.log.error('handler failed', { peer, protocol, reason })
    } else {
      this.log.debug('stream failed', { peer, protocol, reason })
    }
  }

  /** A bucket outlives its connection: a peer that comes back finds it as empty as it left it. */
  #budget(peer: string): Budget {
    const known = this.#budgets.get(peer)
    if (known !== undefined) return known
    const bucket = (rate: number, burst: number): TokenBucket =>
      new TokenBucket(this.clock, rate, burst)
    const inbound = (traffic: TrafficClass): TokenBucket =>
      bucket(rates[traffic].value, rates[traffic].value * limits.burst.value)
    const budget = {
      inbound: {
        dag: inbound('dag'),
        transactions: inbound('transactions'),
        sync: inbound('sync'),
      },
      served: bucket(limits.servedRate.value, limits.answerBytes.value),
    }
    this.#budgets.set(peer, budget)
    const [oldest] = this.#budgets.keys()
    if (this.#budgets.size > limits.budgets.value && oldest !== undefined)
      this.#budgets.delete(oldest)
    return budget
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** Ends the own half of a stream; what goes wrong with that is of no interest any more. */
export function closeQuietly(stream: Stream): void {
  if (stream.writeStatus !== 'writable') return
  stream.close().catch((error: unknown) => stream.abort(asError(error)))
}
