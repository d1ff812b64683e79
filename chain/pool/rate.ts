/** A token bucket per client. The least recently seen client is forgotten first. */
export class Rates {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #perSecond: number
  readonly #burst: number
  readonly #clients: number

  constructor(init: { perSecond: number; burst: number; clients: number }) {
    this.#perSecond = init.perSecond
    this.#burst = init.burst
    this.#clients = init.clients
  }

  /** Takes one token of `client` at `now` (milliseconds); false when there is none. */
  take(client: string, now: number): boolean {
    const known = this.#buckets.get(client)
    const earned = known === undefined ? this.#burst : ((now - known.at) * this.#perSecond) / 1000
    const tokens = Math.min(this.#burst, (known?.tokens ?? 0) + earned)
    this.#buckets.delete(client)
    this.#buckets.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
    if (this.#buckets.size > this.#clients) {
      const [oldest] = this.#buckets.keys()
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    return tokens >= 1
  }
}
