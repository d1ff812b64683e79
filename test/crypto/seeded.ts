import { hash } from 'node:crypto'

import type { Random } from '#base'

/** A reproducible stream: the same seed gives the same bytes in the same order. */
export class Seeded implements Random {
  readonly #seed: string
  #counter = 0

  constructor(seed: string) {
    this.#seed = seed
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    this.#counter++
    const options = { outputEncoding: 'buffer', outputLength: size } as const
    return new Uint8Array(hash('shake256', `${this.#seed}/${this.#counter}`, options))
  }

  /** 0..bound - 1. */
  below(bound: number): number {
    return new DataView(this.bytes(4).buffer).getUint32(0) % bound
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }
}
