import type { Random } from '#base'
import { seededRandom } from '#precompiles'

/** Chance that depends on a seed alone: a round that fails can be run again. */
export class Seeded implements Random {
  readonly #random: Random

  constructor(seed: number | string) {
    this.#random = seededRandom(String(seed))
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#random.bytes(size))
  }

  /** 0..bound - 1. */
  below(bound: number): number {
    return new DataView(this.bytes(4).buffer).getUint32(0) % bound
  }

  oneIn(bound: number): boolean {
    return this.below(bound) === 0
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }
}
