import { keccak_256 } from '@noble/hashes/sha3.js'

import { type Hex, hex, quantity, type Random } from '#base'
import { type Algorithm, defaultAlgorithm, keyHashAddress, keyHashPreimage } from '#protocol'

import type { Engine } from './engine.ts'
import { NobleEngine } from './noble.ts'
import { platformRandom } from './random.ts'

/** An engine with the names that the network has for its key. */
export interface Key {
  readonly engine: Engine
  /** keccak256(algorithm ‖ public key): what transactions carry once the key is registered. */
  readonly keyHash: Uint8Array
  /** Of the account that this key speaks for as long as no other is registered, in lower case. */
  readonly address: Hex
}

export function keyOf(engine: Engine): Key {
  const keyHash = keccak_256(keyHashPreimage(engine.algorithm, engine.publicKey))
  return { engine, keyHash, address: hex(keyHashAddress(keyHash)) }
}

/** What a node is told of a key that it cannot know, to estimate the gas of its signature. */
export function keyFields({
  algorithm,
  publicKey,
}: {
  readonly algorithm: number
  readonly publicKey: Uint8Array
}) {
  return { pqAlgorithm: quantity(algorithm), pqPublicKey: hex(publicKey) } as const
}

export interface KeyOptions {
  /** ML-DSA-65 unless given. */
  readonly algorithm?: Algorithm
  /** The platform's unless given. */
  readonly random?: Random
}

/** The key that a seed of 32 bytes stands for. Throws `SDK_SEED_LENGTH`. */
export function keyFromSeed(
  seed: Uint8Array,
  { algorithm = defaultAlgorithm, random = platformRandom }: KeyOptions = {},
): Key {
  return keyOf(new NobleEngine(algorithm, seed, random))
}

/** A new key and the seed to keep: whoever has the seed has the account, and nobody can restore it. */
export function generateKey(options: KeyOptions = {}): {
  readonly key: Key
  readonly seed: Uint8Array
} {
  const seed = (options.random ?? platformRandom).bytes(32)
  return { key: keyFromSeed(seed, options), seed }
}
