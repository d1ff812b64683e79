/**
 * Objects by their hash: a store with bounds on what others bring, and the protocol by which two
 * nodes make their sets equal at a cost that depends on what they differ by alone.
 *
 * @module
 */
export type { Bound } from './eviction.ts'
export type { SyncChannel, SyncOptions, SyncSet } from './exchange.ts'
export {
  type InitiatorOptions,
  SyncInitiator,
  type SyncOutcome,
  type SyncResult,
} from './initiator.ts'
export {
  type KindFacts,
  kindNumbers,
  kinds,
  objectId,
  priorities,
  type Priority,
  scopeOfKind,
} from './kinds.ts'
export { type ResponderOptions, SyncResponder } from './responder.ts'
export { storeSet } from './set.ts'
export {
  type ObjectFacts,
  ObjectStore,
  type ObjectStoreOptions,
  type Placement,
  type PutOptions,
  type StoredObject,
} from './store.ts'
