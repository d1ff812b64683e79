import { ml_kem1024, ml_kem512, ml_kem768 } from '@noble/post-quantum/ml-kem.js'

import { Fault } from '#base'

import { checkLength } from './faults.ts'
import { type Encapsulation, isReduced } from './ml-kem.ts'

/** Those of FIPS 203. Nodes use 768 and 1024 only: `mlKem`. */
export type MlKemPublicParameterSet = 512 | 768 | 1024

/** In bytes. @see FIPS 203 §8, table 3 */
export const mlKemSizes = {
  512: { publicKeyBytes: 800, ciphertextBytes: 768 },
  768: { publicKeyBytes: 1184, ciphertextBytes: 1088 },
  1024: { publicKeyBytes: 1568, ciphertextBytes: 1568 },
} as const

// OpenSSL takes coins as well, but node:crypto has no way to hand them over.
const engines = { 512: ml_kem512, 768: ml_kem768, 1024: ml_kem1024 } as const
const coinBytes = 32

/** Right length, and every coefficient below q. @see FIPS 203 §7.2 */
export function isEncapsulationKey(
  parameterSet: MlKemPublicParameterSet,
  publicKey: Uint8Array,
): boolean {
  return publicKey.length === mlKemSizes[parameterSet].publicKeyBytes && isReduced(publicKey)
}

/**
 * ML-KEM.Encaps_internal, for precompiles alone: who knows `coins` knows the shared secret. Several
 * hundred microseconds. Throws `CRYPTO_LENGTH`, `CRYPTO_KEY_INVALID`.
 *
 * @param coins m, 32 bytes.
 * @see FIPS 203, algorithm 17
 */
export function encapsulateWithCoins(
  parameterSet: MlKemPublicParameterSet,
  publicKey: Uint8Array,
  coins: Uint8Array,
): Encapsulation {
  checkLength('ML-KEM public key', publicKey, mlKemSizes[parameterSet].publicKeyBytes)
  checkLength('ML-KEM coins', coins, coinBytes)
  if (!isReduced(publicKey)) {
    const algorithm = `ml-kem-${parameterSet}`
    throw new Fault({ code: 'CRYPTO_KEY_INVALID', algorithm }, 'check the key before its use')
  }
  const { cipherText, sharedSecret } = engines[parameterSet].encapsulate(publicKey, coins)
  return {
    ciphertext: new Uint8Array(cipherText),
    sharedSecret: new Uint8Array(sharedSecret),
  }
}
