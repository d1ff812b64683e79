/** A seeded generator (xorshift128) for reproducible DAGs. */
export class Dice {
  #a: number
  #b: number
  #c = 0x9e3779b9
  #d = 0x243f6a88

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = (seed / 2 ** 32) | 0
    for (let turn = 0; turn < 16; turn++) this.next()
  }

  /** 0..2^32-1. */
  next(): number {
    let turned = this.#d
    turned ^= turned << 11
    turned ^= turned >>> 8
    this.#d = this.#c
    this.#c = this.#b
    this.#b = this.#a
    this.#a = (turned ^ this.#a ^ (this.#a >>> 19)) | 0
    return this.#a >>> 0
  }

  below(bound: number): number {
    return this.next() % bound
  }

  /** `least` and `most` included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  shuffled<T>(list: readonly T[]): T[] {
    const all = [...list]
    for (let at = all.length - 1; at > 0; at--) {
      const other = this.below(at + 1)
      const [a, b] = [all[at], all[other]]
      if (a !== undefined && b !== undefined) [all[at], all[other]] = [b, a]
    }
    return all
  }
}
