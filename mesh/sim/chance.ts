import { concat, type Random, utf8 } from '#base'

import { meshHash } from '../hash.ts'

const blockBytes = 4096

/** The same bytes for the same seed. Fit for simulations alone. */
export class SeededRandom implements Random {
  readonly #seed: Uint8Array
  #block = new Uint8Array(0)
  #count = 0

  constructor(seed: number | string) {
    this.#seed = utf8(String(seed))
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    const blocks = [this.#block]
    for (let length = this.#block.length; length < size; length += blockBytes) {
      const count = new Uint8Array(8)
      new DataView(count.buffer).setBigUint64(0, BigInt(this.#count++))
      blocks.push(meshHash('sim', blockBytes, count, this.#seed))
    }
    if (blocks.length > 1) this.#block = concat(...blocks)
    const result = this.#block.slice(0, size)
    this.#block = this.#block.subarray(size)
    return result
  }
}

/** Draws from a source of randomness. */
export class Chance {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** 0 up to, not including, 1. */
  share(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#random.bytes(4)
    return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32
  }

  isLucky(share: number): boolean {
    return share > 0 && this.share() < share
  }

  /** 0..bound - 1. */
  below(bound: number): number {
    return Math.floor(this.share() * bound)
  }
}
