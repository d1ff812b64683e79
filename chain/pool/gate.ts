import { type Clock, Fault } from '#base'

import type { Source } from '../port.ts'
import { limits } from './limits.ts'
import { Rates, type Spent } from './rate.ts'

/** A name for maps: an address and a peer's id may be the same string. */
export function nameOf({ kind, id }: Source): string {
  return `${kind} ${id}`
}

/** What each source may offer before anybody looks at it. */
export class Gate {
  readonly #clock: Clock
  readonly #rates: Readonly<Record<Source['kind'], Rates>> = {
    client: new Rates({
      transactions: { perSecond: limits.clientRate.value, burst: limits.clientBurst.value },
      sources: limits.clients.value,
    }),
    peer: new Rates({
      transactions: { perSecond: limits.peerRate.value, burst: limits.peerRate.value },
      bytes: { perSecond: limits.peerByteRate.value, burst: limits.peerByteRate.value },
      sources: limits.peers.value,
    }),
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Charges `source` for one transaction of `bytes`. Throws `POOL_RATE`. */
  enter(source: Source, bytes: number): void {
    const spent = this.#rates[source.kind].take(source.id, bytes, this.#clock.now())
    if (spent === undefined) return
    const limit = limitOf(source.kind, spent)
    throw new Fault({ code: 'POOL_RATE', source: nameOf(source), spent, limit }, 'send more slowly')
  }

  /**
   * What was entered cost no verification. Clients get it back: the programs of one machine share a
   * budget, which one of them must not use up for all with what is garbage.
   */
  pardon(source: Source, bytes: number): void {
    if (source.kind === 'client') this.#rates.client.giveBack(source.id, bytes)
  }
}

/** A second. */
function limitOf(kind: Source['kind'], spent: Spent): number {
  if (kind === 'client') return limits.clientRate.value
  return spent === 'bytes' ? limits.peerByteRate.value : limits.peerRate.value
}
