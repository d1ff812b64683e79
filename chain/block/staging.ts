import { compare } from '#base'
import type { Change, Range, Reader, Store } from '#storage'

/**
 * Changes that are decided but not yet written, in front of the store they are for. All blocks of
 * one commit are staged and then written as one batch: a crash between two of them would leave a
 * commit half executed.
 */
export class Staging implements Reader {
  readonly #store: Store
  #changes: Change[] = []
  readonly #latest = new Map<string, Change>()

  constructor(store: Store) {
    this.#store = store
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#latest.size > 0) {
      const change = this.#latest.get(key.toHex())
      if (change !== undefined) return change.type === 'put' ? change.value : undefined
    }
    return this.#store.get(key)
  }

  async *entries(range: Range): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array]> {
    const direction = range.reverse === true ? -1 : 1
    const staged = [...this.#latest.values()]
      .filter(({ key }) => compare(key, range.gte) >= 0 && compare(key, range.lt) < 0)
      .toSorted((a, b) => direction * compare(a.key, b.key))
    let left = range.limit ?? Number.POSITIVE_INFINITY
    const { limit: _, ...unlimited } = range
    let next = staged.shift()
    for await (const [key, value] of this.#store.entries(unlimited)) {
      let hidden = false
      while (next !== undefined && direction * compare(next.key, key) <= 0) {
        hidden = compare(next.key, key) === 0
        if (next.type === 'put' && left-- > 0) yield [next.key, next.value]
        next = staged.shift()
      }
      if (!hidden && left-- > 0) yield [key, value]
      if (left <= 0) return
    }
    for (; next !== undefined; next = staged.shift()) {
      if (next.type === 'put' && left-- > 0) yield [next.key, next.value]
    }
  }

  add(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#changes.push(change)
      this.#latest.set(change.key.toHex(), change)
    }
  }

  /** Writes everything that was added, as one synced batch. */
  async write(): Promise<void> {
    if (this.#changes.length === 0) return
    await this.#store.write(this.#changes, { sync: true })
    this.#changes = []
    this.#latest.clear()
  }
}
