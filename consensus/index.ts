/**
 * Consensus of one epoch: an uncertified DAG of signed blocks, ordered by the commit rule of
 * Mysticeti-C. `Core` is the whole of it as a pure state machine; `step(now, event)` answers with the
 * effects that an adapter carries out: verify, sign, persist, publish, fetch, execute. What the core
 * needs back arrives as events, so nothing is sent or executed before it is durable.
 *
 * @module
 */
export { isCertified } from './checkpoint/certificate.ts'
export {
  type Checkpoint,
  type CheckpointCertificate,
  checkpointHash,
  decodeCertificate,
} from './checkpoint/statement.ts'
export {
  type Block,
  type BlockRef,
  type Body,
  type CommitVote,
  type Digest,
  type ExecAttestation,
  type Header,
  type HeaderCore,
} from './core/block.ts'
export type { ClosingStatement } from './core/closing.ts'
export type { Commit, CommittedBlocks, Decision } from './core/commit.ts'
export { Committee } from './core/committee.ts'
export { Core, type CoreInit, type Status } from './core/core.ts'
export type { Effect, Offence, StoreRecord } from './core/effects.ts'
export type { Event, Peer } from './core/events.ts'
export type { Evidence, SignedCore } from './core/evidence.ts'
export {
  blockOf,
  closingHash,
  commitDigest,
  firstClosingHash,
  headerDigest,
} from './core/hashes.ts'
export type { Member } from './core/member.ts'
export { isOwnersTurn, ownerRanks } from './core/ownership.ts'
export { type CommitRecord, nothing, type Restored } from './core/restored.ts'
export type { ScheduleState } from './core/schedule.ts'
export {
  blockBytes,
  decodeBlock,
  decodeCommit,
  decodeHeader,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  headerBytes,
} from './core/ssz.ts'
export { checkHeader, type Epoch, genesisRefs } from './core/validity.ts'
export { formatEvidence } from './evidence-text.ts'
export type { SignedAttestation } from './finality-proof.ts'
export { firstEpoch } from './first-epoch.ts'
export { limits } from './limits.ts'
export {
  type Constants,
  constants,
  type Parameters,
  parameters,
  slowLinkParameters,
} from './parameters.ts'
export type { ValidatorInit } from './opening.ts'
export type {
  Answer,
  CheckpointFacts,
  Executed,
  Execution,
  Halt,
  Network,
  Observers,
  PayloadRequest,
  Ports,
  PushHandler,
  RequestHandler,
  Sender,
  Signer,
  TopicHandler,
  Verify,
} from './ports.ts'
export { beginEpoch, exportProtection, importProtection } from './recovery/interchange.ts'
export { exportOrder, OrderImport, type OrderRecord, type Vouched } from './store/portable.ts'
export { type PeerStatus, Validator, type ValidatorStatus } from './validator.ts'
