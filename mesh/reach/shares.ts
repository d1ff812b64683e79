/**
 * A map with room for `limit` entries, each entered by a source. When it is full, who has most gives
 * up its oldest, so that a flood from one source displaces that source's entries and no others.
 */
export class Shares<Value> {
  readonly #limit: number
  /** Sources in the order of their turns, entries in the order of their arrival. */
  readonly #sources = new Map<string, Map<string, Value>>()
  readonly #sourceOf = new Map<string, string>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#sourceOf.size
  }

  get(key: string): Value | undefined {
    const source = this.#sourceOf.get(key)
    return source === undefined ? undefined : this.#sources.get(source)?.get(key)
  }

  /** Replaces what stood at `key`, from whichever source. */
  set(source: string, key: string, value: Value): void {
    this.delete(key)
    if (this.size >= this.#limit) this.#evict()
    const entries = this.#sources.get(source) ?? new Map<string, Value>()
    this.#sources.set(source, entries.set(key, value))
    this.#sourceOf.set(key, source)
  }

  delete(key: string): boolean {
    const source = this.#sourceOf.get(key)
    if (source === undefined) return false
    this.#sourceOf.delete(key)
    const entries = this.#sources.get(source)
    entries?.delete(key)
    if (entries?.size === 0) this.#sources.delete(source)
    return true
  }

  *entries(): Generator<[key: string, value: Value]> {
    for (const entries of this.#sources.values()) yield* entries
  }

  /** Takes out one that may go: each source in its turn, of its entries the one of least rank. */
  take(
    rank: (value: Value) => number,
    mayGo: (value: Value, source: string) => boolean,
  ): Value | undefined {
    for (const [source, entries] of this.#sources) {
      let best: string | undefined
      let least = Infinity
      for (const [key, value] of entries) {
        if (rank(value) >= least || !mayGo(value, source)) continue
        best = key
        least = rank(value)
      }
      const value = best === undefined ? undefined : entries.get(best)
      if (best === undefined || value === undefined) continue
      this.delete(best)
      if (this.#sources.delete(source)) this.#sources.set(source, entries)
      return value
    }
    return undefined
  }

  #evict(): void {
    let largest: Map<string, Value> | undefined
    for (const entries of this.#sources.values()) {
      if (entries.size > (largest?.size ?? 0)) largest = entries
    }
    for (const key of largest?.keys() ?? []) {
      this.delete(key)
      return
    }
  }
}
