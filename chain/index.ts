/**
 * Execution: transactions, state, blocks, the pool, and the threads they run in.
 *
 * Owns what a commit does to the state and how it is stored. Does not own the order of
 * transactions, peers, or the wire.
 *
 * @module
 */
export { Chain, type ChainInit } from './engine/chain.ts'
export type { CommitResult } from './engine/engine.ts'
export { checkNetwork } from './engine/setup.ts'
export type { Commit } from './pars/commit.ts'
export type { ParsEnvelope } from './pars/envelope.ts'
export type { ParsProfile } from './pars/profile.ts'
export { isObjective } from './pool/verdict.ts'
export { type Priority, type Verification, Verifier } from './pool/verifier.ts'
export type {
  AddedTransaction,
  AsyncReads,
  BlockRef,
  BlockView,
  CallRequest,
  CallResult,
  ChainFace,
  FeeHistory,
  FoundLog,
  Head,
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
  StoredReceipt,
} from './port.ts'
