import { closed } from './faults.ts'
import type { Change, Range, Reader, Snapshot, Store } from './store.ts'
import { insert, lookup, remove, type Tree, walk } from './tree.ts'

/** A store that is gone when the process ends. Everything is durable until then. */
export function openMemory(): Store {
  return new MemoryStore()
}

abstract class View implements Reader {
  protected abstract get tree(): Tree

  get(key: Uint8Array): Uint8Array | undefined {
    return lookup(this.tree, key.toHex())
  }

  async *entries(
    range: Range,
  ): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array], void, void> {
    let left = range.limit ?? Number.POSITIVE_INFINITY
    const bounds = { gte: range.gte.toHex(), lt: range.lt.toHex() }
    for (const [key, value] of walk(this.tree, bounds, range.reverse ?? false)) {
      if (left-- <= 0) return
      yield [Uint8Array.fromHex(key), value]
    }
  }
}

class MemoryStore extends View implements Store {
  #tree: Tree
  #isOpen = true

  get isClosed(): boolean {
    return !this.#isOpen
  }

  get tree(): Tree {
    if (!this.#isOpen) throw closed()
    return this.#tree
  }

  async write(changes: readonly Change[]): Promise<void> {
    let { tree } = this
    for (const change of changes) {
      const key = change.key.toHex()
      tree = change.type === 'put' ? insert(tree, key, change.value.slice()) : remove(tree, key)
    }
    this.#tree = tree
  }

  snapshot(): Snapshot {
    return new MemorySnapshot(this)
  }

  async close(): Promise<void> {
    this.#isOpen = false
  }
}

class MemorySnapshot extends View implements Snapshot {
  readonly #store: MemoryStore
  readonly #tree: Tree
  #isOpen = true

  constructor(store: MemoryStore) {
    super()
    this.#store = store
    this.#tree = store.tree
  }

  protected get tree(): Tree {
    if (!this.#isOpen || this.#store.isClosed) throw closed()
    return this.#tree
  }

  async close(): Promise<void> {
    this.#isOpen = false
  }
}
