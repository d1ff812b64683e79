import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'

import { Fault, type Random, utf8 } from '#base'
import { type Algorithm, algorithms, type Context } from '#protocol'

import type { Engine } from './engine.ts'

const parameterSets = { 0x44: ml_dsa44, 0x65: ml_dsa65, 0x87: ml_dsa87 } as const

const seedBytes = 32

/** ML-DSA in JavaScript, for every platform. The secret stays in private fields. */
export class NobleEngine implements Engine {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array
  readonly #secretKey: Uint8Array
  readonly #random: Random

  /**
   * @param seed ξ of FIPS 204, 32 bytes. Throws `SDK_SEED_LENGTH`.
   * @param random Hedges every signature.
   */
  constructor(algorithm: Algorithm, seed: Uint8Array, random: Random) {
    if (seed.length !== seedBytes) {
      throw new Fault(
        { code: 'SDK_SEED_LENGTH', bytes: seed.length, expected: seedBytes },
        'give the 32 random bytes that the key was made from',
      )
    }
    const { publicKey, secretKey } = parameterSets[algorithm].keygen(seed)
    this.algorithm = algorithm
    this.publicKey = publicKey
    this.#secretKey = secretKey
    this.#random = random
  }

  async sign(message: Uint8Array, context: Context): Promise<Uint8Array> {
    return parameterSets[this.algorithm].sign(message, this.#secretKey, {
      context: utf8(context),
      extraEntropy: this.#random.bytes(seedBytes),
    })
  }

  async verify(message: Uint8Array, signature: Uint8Array, context: Context): Promise<boolean> {
    return verifySignature(this.algorithm, this.publicKey, { message, signature, context })
  }
}

/** False for whatever is not a signature of `message` by that key. */
export function verifySignature(
  algorithm: Algorithm,
  publicKey: Uint8Array,
  signed: {
    readonly message: Uint8Array
    readonly signature: Uint8Array
    readonly context: Context
  },
): boolean {
  const { message, signature, context } = signed
  if (signature.length !== algorithms[algorithm].signatureBytes) return false
  return parameterSets[algorithm].verify(signature, message, publicKey, { context: utf8(context) })
}
