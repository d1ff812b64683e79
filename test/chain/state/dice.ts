/** Numbers from a seed: a failing round can be run again. @see Marsaglia (2003), xorshift32 */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = (seed + 1) * 2654435761 || 1
  }

  /** An integer in 0..limit-1. */
  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }

  oneIn(limit: number): boolean {
    return this.below(limit) === 0
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: size }, () => this.below(256))
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }
}
