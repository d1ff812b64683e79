/** What one source may send. */
export interface Budget {
  readonly perSecond: number
  /** At once, after a pause. */
  readonly burst: number
}

/** What a budget may run out of. */
export type Spent = 'bytes' | 'transactions'

interface Bucket {
  readonly transactions: number
  readonly bytes: number
  /** Milliseconds. */
  readonly at: number
}

const boundless: Budget = { perSecond: 0, burst: Infinity }

/** Token buckets per source. The least recently seen source is forgotten first. */
export class Rates {
  readonly #buckets = new Map<string, Bucket>()
  readonly #transactions: Budget
  readonly #bytes: Budget
  readonly #sources: number

  constructor(init: {
    readonly transactions: Budget
    /** None: whatever its transactions have. */
    readonly bytes?: Budget
    readonly sources: number
  }) {
    this.#transactions = init.transactions
    this.#bytes = init.bytes ?? boundless
    this.#sources = init.sources
  }

  /** How many sources it remembers. */
  get size(): number {
    return this.#buckets.size
  }

  /**
   * Takes one transaction of `bytes` from `source` at `now` (milliseconds), if its budget allows.
   * @returns What it has too little of; then nothing was taken.
   */
  take(source: string, bytes: number, now: number): Spent | undefined {
    const { transactions, bytes: spare } = this.#filled(source, now)
    const spent = transactions < 1 ? 'transactions' : spare < bytes ? 'bytes' : undefined
    const left =
      spent === undefined
        ? { transactions: transactions - 1, bytes: spare - bytes, at: now }
        : { transactions, bytes: spare, at: now }
    this.#buckets.delete(source)
    this.#buckets.set(source, left)
    if (this.#buckets.size > this.#sources) {
      const [oldest] = this.#buckets.keys()
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    return spent
  }

  /** Returns what `take` took for one transaction that cost nothing after all. */
  giveBack(source: string, bytes: number): void {
    const known = this.#buckets.get(source)
    if (known === undefined) return
    this.#buckets.set(source, {
      transactions: Math.min(this.#transactions.burst, known.transactions + 1),
      bytes: Math.min(this.#bytes.burst, known.bytes + bytes),
      at: known.at,
    })
  }

  #filled(source: string, now: number): Omit<Bucket, 'at'> {
    const known = this.#buckets.get(source)
    if (known === undefined) {
      return { transactions: this.#transactions.burst, bytes: this.#bytes.burst }
    }
    const seconds = (now - known.at) / 1000
    return {
      transactions: refilled(known.transactions, this.#transactions, seconds),
      bytes: refilled(known.bytes, this.#bytes, seconds),
    }
  }
}

function refilled(tokens: number, { perSecond, burst }: Budget, seconds: number): number {
  return Math.min(burst, tokens + seconds * perSecond)
}
