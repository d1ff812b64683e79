import type { Block, Digest, ExecAttestation } from './block.ts'
import type { Commit } from './commit.ts'
import type { ScheduleState } from './schedule.ts'

export interface CommitRecord {
  readonly commit: Commit
  readonly digest: Digest
  readonly schedule: ScheduleState
}

/** What a node's store has of the epoch. `nothing` on a new one. */
export interface Restored {
  /**
   * Whether this folder has begun the epoch (W5). Without it, or with anything missing or corrupt,
   * a validator has amnesia, so the marker is written when the folder is made for a new key.
   */
  readonly hasBegun: boolean
  /** A record `recovered` without a later `own`. */
  readonly hasForgotten: boolean
  readonly floor: number
  readonly attestFloor: number
  /** Results of commits of leaders up to it are never attested: the floor of a recovery. */
  readonly muteRound: number
  /** The own block of the highest round. */
  readonly own: Block | undefined
  /** All blocks above the garbage round of the last commit. */
  readonly blocks: readonly { readonly block: Block; readonly verified: boolean }[]
  /**
   * The highest block that each author is known to have signed, however old: by its signature, or
   * because a quorum committed it.
   */
  readonly highest: readonly Block[]
  /** All commits whose leader is above that garbage round, ascending; the last one in any case. */
  readonly commits: readonly CommitRecord[]
  /** The last commit that is executed (W3); the adapter executes those above it by itself. */
  readonly executedCommit: number
  /** Own results, ascending: the head, and as many before it as are not final. */
  readonly executed: readonly ExecAttestation[]
  /** The highest height that was final. */
  readonly finalized: number
}

export const nothing: Restored = {
  hasBegun: false,
  hasForgotten: false,
  floor: 0,
  attestFloor: 0,
  muteRound: 0,
  own: undefined,
  blocks: [],
  highest: [],
  commits: [],
  executedCommit: 0,
  executed: [],
  finalized: 0,
}
