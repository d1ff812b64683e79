import type { Clock } from '#base'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { local } from '../source.ts'

export interface RateOptions {
  /** Units, more than 0. */
  readonly perSecond: number
  /** Whether the programs of this machine, all together, are held to it as well. */
  readonly includesLocal: boolean
}

export interface RateRefusal {
  readonly fault: RpcFault
  /** Seconds. */
  readonly retryAfter: number
}

interface Account {
  readonly units: number
  /** Milliseconds. */
  readonly at: number
}

/**
 * What each client may spend: `perSecond` units, saved for `limits.rateBurst` seconds. Whoever has
 * anything left may call, and the cost of that call can be more than was left: the debt is paid before
 * the next one. Who was not seen for longest is forgotten first.
 */
export class ClientRates {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #includesLocal: boolean
  readonly #most: number
  readonly #accounts = new Map<string, Account>()

  constructor(clock: Clock, { perSecond, includesLocal }: RateOptions) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#includesLocal = includesLocal
    this.#most = perSecond * limits.rateBurst.value
  }

  /** How many clients it remembers. */
  get size(): number {
    return this.#accounts.size
  }

  /** Why `client` has to wait, if it has to. */
  refusal(client: string): RateRefusal | undefined {
    if (this.#isSpared(client)) return undefined
    const units = this.#units(client, this.#clock.now())
    if (units > 0) return undefined
    const retryAfter = Math.floor(-units / this.#perSecond) + 1
    const fault = new RpcFault(
      { code: 'RPC_RATE', retryAfter, unitsPerSecond: this.#perSecond },
      `rate limit exceeded: ask again in ${retryAfter} s`,
    )
    return { fault, retryAfter }
  }

  charge(client: string, units: number): void {
    if (this.#isSpared(client)) return
    const at = this.#clock.now()
    const left = this.#units(client, at) - units
    this.#accounts.delete(client)
    this.#accounts.set(client, { units: left, at })
    if (this.#accounts.size <= limits.rateClients.value) return
    const [oldest] = this.#accounts.keys()
    if (oldest !== undefined) this.#accounts.delete(oldest)
  }

  #isSpared(client: string): boolean {
    return client === local && !this.#includesLocal
  }

  #units(client: string, now: number): number {
    const account = this.#accounts.get(client)
    if (account === undefined) return this.#most
    const earned = ((now - account.at) * this.#perSecond) / 1000
    return Math.min(this.#most, account.units + earned)
  }
}
