/** What the core wants done. Effects of one step are to be started in their order. */
import type { Block, BlockRef, Digest, Header } from './block.ts'
import type { CommittedBlocks, Decision } from './commit.ts'
import type { Peer } from './events.ts'
import type { Evidence } from './evidence.ts'
import type { ScheduleState } from './schedule.ts'

/** One write. All records of a `persist` go into one atomic batch. */
export type StoreRecord =
  /** `verified` is false for what came with a commit and nobody looked at the signature of. */
  | { readonly type: 'block'; readonly block: Block; readonly verified: boolean }
  /** The own block of a round, W1; ends a recovery (D8). */
  | { readonly type: 'own'; readonly block: Block }
  /** No own header at or below it, ever again. */
  | { readonly type: 'floor'; readonly floor: number }
  /** No attestation at or below it, ever again; W7. */
  | { readonly type: 'attestFloor'; readonly height: number }
  /**
   * `schedule` as it is after this commit; W2. `votes` are headers of a quorum for it, where it was
   * taken over: their blocks may never come.
   */
  | {
      readonly type: 'commit'
      readonly commit: CommittedBlocks
      readonly schedule: ScheduleState
      readonly votes?: readonly Header[]
    }
  /**
   * This validator was amnesic in this epoch and has not built since; W6. Results of commits of
   * leaders up to `muteRound` are never attested; W7.
   */
  | { readonly type: 'recovered'; readonly muteRound: number }

/** Why a peer is charged. Objective: the bytes show it, and an honest peer never sends them. */
export type Offence = 'network' | 'structure' | 'signature' | 'commits'

export type Effect =
  /** Answered by `verified`. `context` is always `pars-dag-v1`. */
  | {
      readonly type: 'verify'
      readonly key: Digest
      readonly author: number
      readonly digest: Digest
      readonly signature: Uint8Array
    }
  /** Wants transactions for the own block of `round`; answered by `payload`. */
  | {
      readonly type: 'payload'
      readonly round: number
      readonly bytes: number
      readonly transactions: number
    }
  /** Sign the digest of an own header under `pars-dag-v1`; answered by `signed`. */
  | { readonly type: 'sign'; readonly round: number; readonly digest: Digest }
  /** Answered by `persisted` after a sync. Batches are written in the order of their tokens. */
  | { readonly type: 'persist'; readonly token: number; readonly records: readonly StoreRecord[] }
  /** The own block is durable: push it to every subscriber. Never comes before its `persisted` (W1). */
  | { readonly type: 'publish'; readonly block: Block }
  /** The commit is durable: execute it. In the order of indices (W2). */
  | { readonly type: 'commit'; readonly commit: CommittedBlocks }
  /** For traces and metrics. */
  | { readonly type: 'decided'; readonly decision: Decision<Block> }
  | { readonly type: 'fetch'; readonly to: Peer; readonly refs: readonly BlockRef[] }
  /** Commits `from` to at most `to`; answered by `commits`. */
  | {
      readonly type: 'fetchCommits'
      readonly peer: Peer
      readonly from: number
      readonly to: number
    }
  /** Put the start-up question to every member, under a fresh challenge. */
  | { readonly type: 'ask' }
  /** Answer a start-up question, signed under `pars-recover-v1`. */
  | {
      readonly type: 'answer'
      readonly to: Peer
      readonly id: number
      readonly own: Header | undefined
      readonly yours: Header | undefined
    }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  | { readonly type: 'penalise'; readonly peer: Peer; readonly offence: Offence }
  | { readonly type: 'finalized'; readonly height: number; readonly blockHash: Digest }
  /**
   * Validity stake, these authors, attested another block than this node executed: stop execution,
   * write a dump. `outvoted` when a quorum did: this node is the one that is wrong.
   */
  | {
      readonly type: 'halt'
      readonly height: number
      readonly own: Digest
      readonly other: Digest
      readonly authors: readonly number[]
      readonly outvoted: boolean
    }
  /** Another process signs with this validator's key; this one has stopped signing. */
  | { readonly type: 'doppelganger'; readonly header: Header }
  /** Step again with `tick` at this time. Replaces the `wake` before. */
  | { readonly type: 'wake'; readonly at: number }
