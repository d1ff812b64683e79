/**
 * Wire formats and constants of a Pars network: the transaction of type 0x50 with its bytes-only
 * rules and gas, what keys and messages sign, contexts, addresses, chain ids. Runs in a browser: no
 * platform, no algorithm, no state.
 *
 * @module
 */
export { systemAddresses } from './addresses.ts'
export {
  type Algorithm,
  type AlgorithmFacts,
  algorithms,
  defaultAlgorithm,
  isAlgorithm,
} from './algorithms.ts'
export { chainIds } from './chain-ids.ts'
export { type Context, contexts } from './contexts.ts'
export { decodeTransaction } from './decode.ts'
export { encodeTransaction, signingPayload } from './encode.ts'
export {
  authenticationGas,
  floorGas,
  type GasFields,
  intrinsicGas,
  laneGas,
  requiredGas,
} from './gas.ts'
export {
  type KeyChange,
  keyHashAddress,
  keyHashPreimage,
  recordSlots,
  recoverPreimage,
  rotatePreimage,
  slotPreimage,
} from './keys.ts'
export { limits } from './limits.ts'
export { foreignMessage, personalMessagePreimage, typedDataPreimage } from './messages.ts'
export { testSeeds } from './test-keys.ts'
export {
  type AccessList,
  type Transaction,
  transactionType,
  type UnsignedTransaction,
} from './transaction.ts'
export { checkStatic } from './validity.ts'
