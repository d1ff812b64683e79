import {
  createPrivateKey,
  createPublicKey,
  decapsulate,
  encapsulate,
  type KeyObject,
} from 'node:crypto'
import { inspect } from 'node:util'

import { Fault, type Random } from '#base'

import { checkLength } from './faults.ts'

export type MlKemParameterSet = 768 | 1024

const seedBytes = 64
/** q, the modulus of the polynomials' coefficients. */
const modulus = 3329

export interface Encapsulation {
  readonly ciphertext: Uint8Array<ArrayBuffer>
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array<ArrayBuffer>
}

/**
 * One parameter set of ML-KEM.
 *
 * @see FIPS 203
 */
export interface MlKem {
  readonly parameterSet: MlKemParameterSet
  readonly publicKeyBytes: number
  readonly ciphertextBytes: number
  readonly seedBytes: 64
  generate(random: Random): DecapsulationKey
  /** @param seed d ‖ z, 64 bytes. Throws `CRYPTO_LENGTH`. */
  fromSeed(seed: Uint8Array): DecapsulationKey
  /** Right length, and every coefficient below q. @see FIPS 203 §7.2 */
  checkPublicKey(publicKey: Uint8Array): boolean
  /**
   * The coins come from OpenSSL's own generator, which takes none from outside: the Random port
   * covers key generation only. Throws `CRYPTO_LENGTH`, `CRYPTO_KEY_INVALID`.
   */
  encapsulate(publicKey: Uint8Array): Encapsulation
  /**
   * A ciphertext that was not made for this key yields a pseudorandom secret, not an error.
   * Throws `CRYPTO_LENGTH`, and `CRYPTO_KEY_INVALID` for a key of another parameter set.
   */
  decapsulate(key: DecapsulationKey, ciphertext: Uint8Array): Uint8Array<ArrayBuffer>
}

/** The secret stays in private fields, out of reach of logs, JSON and structured clones. */
export class DecapsulationKey {
  readonly parameterSet: MlKemParameterSet
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly #seed: Uint8Array<ArrayBuffer>
  readonly #key: KeyObject

  /** Throws `CRYPTO_LENGTH`. Use `mlKem(parameterSet).fromSeed`. */
  constructor(parameterSet: MlKemParameterSet, seed: Uint8Array) {
    checkLength('ML-KEM seed', seed, seedBytes)
    this.parameterSet = parameterSet
    this.#seed = new Uint8Array(seed)
    this.#key = createPrivateKey({
      key: this.#seed,
      format: 'raw-seed',
      asymmetricKeyType: keyType(parameterSet),
    })
    this.publicKey = new Uint8Array(createPublicKey(this.#key).export({ format: 'raw-public' }))
  }

  /** d ‖ z, 64 bytes: a copy of the secret. */
  get seed(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#seed)
  }

  [inspect.custom](): string {
    return `DecapsulationKey ML-KEM-${this.parameterSet}`
  }

  /** As `MlKem.decapsulate`; the ciphertext's length is checked there. */
  decapsulate(ciphertext: Uint8Array): Uint8Array<ArrayBuffer> {
    checkLength('ciphertext', ciphertext, sizes[this.parameterSet].ciphertextBytes)
    return new Uint8Array(decapsulate(this.#key, ciphertext))
  }
}

const sizes = {
  768: { publicKeyBytes: 1184, ciphertextBytes: 1088 },
  1024: { publicKeyBytes: 1568, ciphertextBytes: 1568 },
} as const

function keyType(parameterSet: MlKemParameterSet): 'ml-kem-768' | 'ml-kem-1024' {
  return parameterSet === 768 ? 'ml-kem-768' : 'ml-kem-1024'
}

function create(parameterSet: MlKemParameterSet): MlKem {
  const { publicKeyBytes, ciphertextBytes } = sizes[parameterSet]
  const asymmetricKeyType = keyType(parameterSet)
  return {
    parameterSet,
    publicKeyBytes,
    ciphertextBytes,
    seedBytes,
    generate: (random) => new DecapsulationKey(parameterSet, random.bytes(seedBytes)),
    fromSeed: (seed) => new DecapsulationKey(parameterSet, seed),
    checkPublicKey: (publicKey) => publicKey.length === publicKeyBytes && isReduced(publicKey),
    encapsulate(publicKey) {
      checkLength('ML-KEM public key', publicKey, publicKeyBytes)
      if (!isReduced(publicKey)) throw invalidKey(asymmetricKeyType)
      const key = createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType })
      const { ciphertext, sharedKey } = encapsulate(key)
      return { ciphertext: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) }
    },
    decapsulate(key, ciphertext) {
      if (key.parameterSet !== parameterSet) throw invalidKey(asymmetricKeyType)
      return key.decapsulate(ciphertext)
    },
  }
}

/** Whether every coefficient, 12 bits each, is below q; the last 32 bytes are ρ. */
export function isReduced(publicKey: Uint8Array): boolean {
  for (let at = 0; at < publicKey.length - 32; at += 3) {
    const middle = publicKey[at + 1] ?? 0
    if ((publicKey[at] ?? 0) + ((middle & 15) << 8) >= modulus) return false
    if ((middle >> 4) + ((publicKey[at + 2] ?? 0) << 4) >= modulus) return false
  }
  return true
}

function invalidKey(algorithm: string): Fault<{ code: 'CRYPTO_KEY_INVALID'; algorithm: string }> {
  return new Fault({ code: 'CRYPTO_KEY_INVALID', algorithm }, 'ask the peer for its key again')
}

const parameterSets: Readonly<Record<MlKemParameterSet, MlKem>> = {
  768: create(768),
  1024: create(1024),
}

/** Throws `CRYPTO_ALGORITHM` for anything but 768 and 1024. */
export function mlKem(parameterSet: MlKemParameterSet): MlKem {
  if (Object.hasOwn(parameterSets, parameterSet)) return parameterSets[parameterSet]
  throw new Fault({ code: 'CRYPTO_ALGORITHM', algorithm: `ML-KEM-${parameterSet}` }, 'use 768')
}
