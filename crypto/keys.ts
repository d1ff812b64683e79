import { concat } from '#base'
import { type Algorithm, algorithms } from '#protocol'

import { checkLength } from './faults.ts'
import { keccak256 } from './keccak.ts'

/** keccak256(algorithm ‖ publicKey), 32 bytes. Throws `CRYPTO_LENGTH`. */
export function keyHash(algorithm: Algorithm, publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  checkLength('public key', publicKey, algorithms[algorithm].publicKeyBytes)
  return keccak256(concat(Uint8Array.of(algorithm), publicKey))
}

/** The address (20 bytes) of an account that never registered another key. Throws `CRYPTO_LENGTH`. */
export function addressOfKey(algorithm: Algorithm, publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return keyHash(algorithm, publicKey).slice(12)
}
