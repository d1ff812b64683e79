import { fixed } from '#base'

import { meshHash } from '../hash.ts'

/** Values of a chain after its anchor, one for each interval: 341 days of half hours. */
export const epochs = 16_384
export const chainBytes = 16

/** Between two values that are kept: the square root of `epochs`. */
const stride = 128

/** The value of `epoch - 1`: H("chain", 16, epoch as 4 bytes, value). */
export function chainStep(epoch: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('chain', chainBytes, fixed(epoch, 4), value)
}

/**
 * A chain of hashes that is published backwards: who knows the value of an epoch can compute those of
 * all before it and of none after. The last is H("chain-top", 16, seed). Every 128th is kept, so that
 * any is at most 127 steps away; to set it up takes `epochs` steps.
 */
export class HashChain {
  readonly #kept: Uint8Array<ArrayBuffer>[] = []

  /** @param seed 32 bytes, secret. */
  constructor(seed: Uint8Array) {
    let value = meshHash('chain-top', chainBytes, seed)
    for (let epoch = epochs; epoch >= 0; epoch--) {
      if (epoch % stride === 0) this.#kept[epoch / stride] = value
      value = epoch === 0 ? value : chainStep(epoch, value)
    }
  }

  /** 16 bytes. @param epoch 0, the anchor, to `epochs`. */
  value(epoch: number): Uint8Array<ArrayBuffer> {
    const from = Math.ceil(epoch / stride)
    const kept = this.#kept[from]
    if (kept === undefined || epoch < 0) throw new RangeError(`a chain has no epoch ${epoch}`)
    const descent = new Descent(kept, from * stride, epoch)
    descent.run(stride)
    return new Uint8Array(descent.value)
  }
}

/** Computes an earlier value from a later one, in portions as the caller can afford them. */
export class Descent {
  #value: Uint8Array
  #epoch: number
  readonly #end: number

  constructor(value: Uint8Array, from: number, to: number) {
    this.#value = value
    this.#epoch = from
    this.#end = to
  }

  /** Steps that are left. */
  get left(): number {
    return Math.max(0, this.#epoch - this.#end)
  }

  /** Of the epoch it has come to. */
  get value(): Uint8Array {
    return this.#value
  }

  /** @returns The steps it made, at most `steps`. */
  run(steps: number): number {
    const made = Math.min(steps, this.left)
    for (let step = 0; step < made; step++) {
      this.#value = chainStep(this.#epoch, this.#value)
      this.#epoch--
    }
    return made
  }
}
