/**
 * Execution: transactions, state, blocks, the pool, and the threads they run in.
 *
 * Owns what a commit does to the state and how it is stored. Does not own the order of
 * transactions, peers, or the wire.
 *
 * @module
 */
export {
  type Content,
  type ContentKind,
  contentKinds,
  type ContentSource,
  isContent,
} from './engine/contents.ts'
export { Chain, type ChainInit, type ExecutedFacts } from './engine/chain.ts'
export type { CommitResult } from './engine/engine.ts'
export { checkNetwork } from './engine/setup.ts'
export type { Commit } from './pars/commit.ts'
export { revertReason } from './evm/index.ts'
export type { ParsEnvelope } from './pars/envelope.ts'
export type { ParsProfile } from './pars/profile.ts'
export { type ChainRecord, ChainStore, openImport } from './portable/store.ts'
export { isObjective } from './pool/verdict.ts'
export { type Priority, type Verification, Verifier } from './pool/verifier.ts'
export type {
  AccessListResult,
  Authorization,
  BlockOverride,
  CallRequest,
  CallResult,
  Overrides,
  Rules,
  SimulatedBlock,
  SimulatedBlockRequest,
  SimulatedCall,
  SimulatedLog,
  SimulatedTransaction,
  SimulationRequest,
  StateOverride,
  StorageRequest,
} from './call-port.ts'
export type {
  AddedTransaction,
  AsyncReads,
  BlockRef,
  BlockView,
  BuildRequest,
  BuiltBlock,
  ChainFace,
  FeeHistory,
  FoundLog,
  Head,
  HeadEntries,
  Header,
  ListedTransaction,
  LogEntry,
  LogFilter,
  PlacedTransaction,
  PooledTransaction,
  PoolFace,
  Proof,
  RenderTransaction,
  Source,
  StopSignal,
  StoredReceipt,
  Withdrawal,
} from './port.ts'
export type {
  FoundTransactions,
  StorageRange,
  TraceConfig,
  TracedFrame,
  TraceText,
} from './trace-port.ts'
