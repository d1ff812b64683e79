import { concat, fixed, toBigInt, utf8 } from '#base'
import type { Store } from '#storage'

import { meshHash } from '../hash.ts'

/** How far imports have come that did not end: where they go on after a crash. */
export class Journal {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** The chunk from which the bundle has to be read; 0 for one that was never begun, or ended. */
  next(salt: Uint8Array): number {
    return Number(toBigInt(this.#store.get(keyOf(salt)) ?? new Uint8Array(0)))
  }

  /** Survives the loss of power once this resolves, with all that was written before. */
  async keep(salt: Uint8Array, next: number): Promise<void> {
    await this.#store.write([{ type: 'put', key: keyOf(salt), value: fixed(next, 6) }], durable)
  }

  async forget(salt: Uint8Array): Promise<void> {
    await this.#store.write([{ type: 'del', key: keyOf(salt) }], durable)
  }
}

const durable = { sync: true }

function keyOf(salt: Uint8Array): Uint8Array {
  return concat(utf8('j'), meshHash('bundle-journal', 16, salt))
}
