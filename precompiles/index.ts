/**
 * Native precompiles: one folder is one plugin. This folder fixes what a plugin is, finds plugins,
 * names what each promises (`specHash`), prices what the view does for them, and holds any plugin
 * against the rules; and it reads for clients what the registry of models and the claims keep, over a
 * port for calls. It does not run plugins for the chain: gas, static and delegate protection, faults
 * and journaling are chain/'s, and so is which plugin is active when.
 *
 * @module
 */
export {
  type ConformanceCheck,
  conformance,
  type ConformanceOptions,
  seededRandom,
  transcript,
} from './conformance.ts'
export {
  type ContractEvent,
  contract,
  type ContractRules,
  event,
  method,
  type Method,
  type MethodRules,
} from './contract.ts'
export {
  type Challenge,
  challengeStatuses,
  challengeTurns,
  type Claim,
  claimStatuses,
  countClaims,
  listClaims,
  readChallenge,
  readClaim,
} from './inference-claims/reading.ts'
export { isOver, type Moment } from './inference-claims/record.ts'
export { packageIntegrity } from './integrity.ts'
export { logGas, payGas, readGas, schedule, type SlotWrite, writeGas } from './gas.ts'
export {
  type CallContext,
  callInMemory,
  type EmittedLog,
  MemoryState,
  MemoryView,
  type Outcome,
} from './memory-view.ts'
export {
  findPackage,
  importPackage,
  loadPackage,
  type PackageEntry,
  type PackageSource,
  readManifest,
} from './package.ts'
export {
  countModels,
  countVersions,
  listModels,
  type ModelKind,
  modelKinds,
  modelStatuses,
  type ModelTexts,
  readModel,
  readModelCost,
  type ReadModelCost,
  readModelTerms,
  type ReadModelTerms,
  readModelTexts,
  type RegisteredModel,
  versionId,
} from './models/reading.ts'
export {
  type BlobTable,
  type EnvelopeKey,
  type KeyTable,
  type Precompile,
  PrecompileHalt,
  PrecompileRevert,
  type PrecompileView,
  type PurePrecompile,
  type StatefulPrecompile,
} from './plugin.ts'
export type { StateCall } from './reader.ts'
export { checkAddresses, discover, loadPlugin } from './registry.ts'
export { specHash } from './spec-hash.ts'
export { attestersRoot } from './verify-inference/attestation.ts'
export type {
  VectorCall,
  VectorContext,
  VectorLog,
  Vectors,
  VectorSequence,
  VectorSlot,
} from './vectors.ts'
