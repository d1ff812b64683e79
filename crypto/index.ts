/**
 * The only folder that names an algorithm library. OpenSSL, through node:crypto, is the engine;
 * lengths are checked here and never left to it, and no option reaches it that a caller could misspell.
 *
 * @module
 */
export { type Aead, aes256Gcm, chaCha20Poly1305 } from './aead.ts'
export { argon2id, type Argon2Parameters } from './argon2.ts'
export { blake2f } from './blake2f.ts'
export { loadBls12381 } from './bls12-381.ts'
export { bn254 } from './bn254.ts'
export type { CryptoFault } from './faults.ts'
export {
  constantTimeEqual,
  hkdfSha256,
  hmacSha256,
  sha256,
  sha3_256,
  sha3_512,
  sha512,
  shake128,
  shake256,
} from './hash.ts'
export { keccak256 } from './keccak.ts'
export { addressOfKey, keyHash } from './keys.ts'
export { loadKzg, loadPointVerifier, type PointVerifier } from './kzg.ts'
export { type MlDsa, mlDsa, SigningKey } from './ml-dsa.ts'
export {
  DecapsulationKey,
  type Encapsulation,
  type MlKem,
  mlKem,
  type MlKemParameterSet,
} from './ml-kem.ts'
export {
  encapsulateWithCoins,
  isEncapsulationKey,
  type MlKemPublicParameterSet,
  mlKemSizes,
} from './ml-kem-public.ts'
export { p256Verify } from './p256.ts'
export { recoverPublicKey } from './secp256k1.ts'
export { type SlhDsa, slhDsa, type SlhDsaParameterSet, SlhDsaSigningKey } from './slh-dsa.ts'
export { X25519Key } from './x25519.ts'
