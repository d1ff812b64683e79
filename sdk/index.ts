/**
 * What an application needs to use a Pars network: ML-DSA keys, signed transactions of type 0x50,
 * signed messages and typed data, and the system contracts. Runs in browsers. `pars/sdk/viem`,
 * `pars/sdk/ethers` and `pars/sdk/wallet` fit it to those libraries and to pages, `pars/sdk/phrase` makes
 * keys of words, `pars/sdk/finality` verifies what is final; none of their packages is needed here.
 *
 * @module
 */
export { type Algorithm, algorithms, type Context, contexts, testSeeds } from '#protocol'

export {
  type AccessListEntry,
  Account,
  type AccountOptions,
  type SignedTransaction,
  type TransactionFields,
} from './account.ts'
export { accountsContract, noncesContract } from './contracts.ts'
export type { Engine } from './engine.ts'
export { type Fees, feesWithRoom } from './fees.ts'
export { generateKey, type Key, keyFields, keyFromSeed, keyOf, type KeyOptions } from './keys.ts'
export { messageBytes } from './fields.ts'
export { registration } from './registration.ts'
export { mldsaVerifyCall, type Verification } from './mldsa-verify.ts'
export { proofOfPossession, type Rotation } from './rotation.ts'
export { isDomainOf, type TypedData, typedDataHash } from './typed-data.ts'
export {
  type PlatformKey,
  type PlatformKeyPair,
  type SubtleMlDsa,
  WebCryptoEngine,
} from './web-crypto.ts'
