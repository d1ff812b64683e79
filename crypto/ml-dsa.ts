import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as openSslSign,
  verify as openSslVerify,
} from 'node:crypto'
import { inspect, promisify } from 'node:util'

import { Fault, type Random } from '#base'
import { type Algorithm, algorithms, type Context, isAlgorithm } from '#protocol'

import { checkedContext, contextBytes, contextOf } from './context.ts'
import { checkLength } from './faults.ts'

const seedBytes = 32
const keyTypes = { 0x44: 'ml-dsa-44', 0x65: 'ml-dsa-65', 0x87: 'ml-dsa-87' } as const

const signOnPool = promisify(openSslSign)
const verifyOnPool = promisify(openSslVerify)

/**
 * One parameter set of ML-DSA, the pure variant with a context.
 *
 * Verification answers false to whatever is not a signature, wrong lengths included. Once the lengths
 * are right OpenSSL takes every input, so an exception is a fault of the host, never of the bytes, and
 * passes through: swallowing it would make one node's memory shortage an invalid signature.
 *
 * @see FIPS 204
 */
export interface MlDsa {
  readonly algorithm: Algorithm
  readonly publicKeyBytes: number
  readonly signatureBytes: number
  readonly seedBytes: 32
  generate(random: Random): SigningKey
  /** @param seed ξ, 32 bytes. Throws `CRYPTO_LENGTH`. */
  fromSeed(seed: Uint8Array): SigningKey
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Context,
  ): boolean
  /** On libuv's pool. The arguments are copied before this returns. */
  verifyAsync(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Context,
  ): Promise<boolean>
  /** For precompiles alone. @param context 0..255 bytes, anything longer is false. */
  verifyAnyContext(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array,
  ): boolean
}

/** The secret stays in private fields, out of reach of logs, JSON and structured clones. */
export class SigningKey {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly #seed: Uint8Array<ArrayBuffer>
  readonly #key: KeyObject

  /** Throws `CRYPTO_LENGTH`. Use `mlDsa(algorithm).fromSeed`. */
  constructor(algorithm: Algorithm, seed: Uint8Array) {
    checkLength('ML-DSA seed', seed, seedBytes)
    this.algorithm = algorithm
    this.#seed = new Uint8Array(seed)
    this.#key = createPrivateKey({
      key: this.#seed,
      format: 'raw-seed',
      asymmetricKeyType: keyTypes[algorithm],
    })
    this.publicKey = new Uint8Array(createPublicKey(this.#key).export({ format: 'raw-public' }))
  }

  /** ξ, 32 bytes: a copy of the secret. */
  get seed(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#seed)
  }

  [inspect.custom](): string {
    return `SigningKey ${algorithms[this.algorithm].name}`
  }

  /** Hedged: two signatures over one message differ. Throws `CRYPTO_CONTEXT`. */
  sign(message: Uint8Array, context: Context): Uint8Array<ArrayBuffer> {
    const key = { key: this.#key, context: checkedContext(context) }
    return new Uint8Array(openSslSign(null, message, key))
  }

  /** As `sign`, on libuv's pool. */
  async signAsync(message: Uint8Array, context: Context): Promise<Uint8Array<ArrayBuffer>> {
    const key = { key: this.#key, context: checkedContext(context) }
    return new Uint8Array(await signOnPool(null, message, key))
  }
}

function parameterSet(algorithm: Algorithm): MlDsa {
  const { publicKeyBytes, signatureBytes } = algorithms[algorithm]
  const asymmetricKeyType = keyTypes[algorithm]

  function verifyingKey(
    publicKey: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array | undefined,
  ): { key: KeyObject; context: Uint8Array } | undefined {
    if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return undefined
    if (context === undefined || context.length > contextBytes) return undefined
    const key = createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType })
    return { key, context }
  }

  return {
    algorithm,
    publicKeyBytes,
    signatureBytes,
    seedBytes,
    generate: (random) => new SigningKey(algorithm, random.bytes(seedBytes)),
    fromSeed: (seed) => new SigningKey(algorithm, seed),
    verify(publicKey, message, signature, context) {
      const key = verifyingKey(publicKey, signature, contextOf(context))
      return key !== undefined && openSslVerify(null, message, key, signature)
    },
    async verifyAsync(publicKey, message, signature, context) {
      const key = verifyingKey(publicKey, signature, contextOf(context))
      return key !== undefined && verifyOnPool(null, message, key, signature)
    },
    verifyAnyContext(publicKey, message, signature, context) {
      const key = verifyingKey(publicKey, signature, context)
      return key !== undefined && openSslVerify(null, message, key, signature)
    },
  }
}

const parameterSets: Readonly<Record<Algorithm, MlDsa>> = {
  0x44: parameterSet(0x44),
  0x65: parameterSet(0x65),
  0x87: parameterSet(0x87),
}

/** Throws `CRYPTO_ALGORITHM` for anything but 0x44, 0x65 and 0x87. */
export function mlDsa(algorithm: Algorithm): MlDsa {
  if (isAlgorithm(algorithm)) return parameterSets[algorithm]
  throw new Fault({ code: 'CRYPTO_ALGORITHM', algorithm: String(algorithm) }, 'use ML-DSA-65, 0x65')
}
