/**
 * The state of the chain: accounts, slots, code and public keys and blobs as flat entries, the Merkle-Patricia
 * tries over them, and the previous values that answer questions about earlier heights.
 *
 * Owns every key that starts with a, s, c, k, l, t, T, u or v. Does not own blocks, receipts, the head,
 * or the write itself: `State.changes` returns what the caller puts into the batch of its block.
 *
 * @module
 */
export { type AccountRecord, decodeRecord, emptyCodeHash, emptyRoot } from './account.ts'
export { BytesCache } from './bytes-cache.ts'
export { missing, type StateFault } from './faults.ts'
export { headSource } from './head-source.ts'
export { historicalState } from './historical-state.ts'
export { changesOf, checkRetained, historicalSource, oldestHeight } from './history.ts'
export { blobKey, codeKey, publicKeyKey, slotOwner, statePrefixes } from './layout.ts'
export { limits as stateLimits } from './limits.ts'
export { orderedRoot } from './ordered-root.ts'
export { proveAccount } from './proof.ts'
export { prune } from './prune.ts'
export type { MaybePromise, StateSource } from './source.ts'
export { headState, State, type StateOptions } from './state.ts'
export { unwind } from './unwind.ts'
