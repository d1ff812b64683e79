import type { Block, BlockRef, DagBlock, Digest } from './block.ts'

/** One step of the order that all validators share. Derived, never signed itself. */
export interface Commit {
  readonly epoch: number
  /** 1 for the first of an epoch. */
  readonly index: number
  /** Digest of the commit before; zeros for the first. */
  readonly previous: Digest
  readonly leader: BlockRef
  /** Stake-weighted median of clocks, never less than that of the commit before. */
  readonly timestampMs: number
  /** In the order of execution. */
  readonly blocks: readonly BlockRef[]
}

/** A commit with its blocks at hand. */
export interface OrderedCommit<B extends DagBlock = DagBlock> {
  readonly commit: Commit
  readonly digest: Digest
  /** As `commit.blocks`. */
  readonly blocks: readonly B[]
  /** Places in `blocks` whose transactions count: the first block of each author and round. */
  readonly yielding: readonly number[]
}

/** What the leader of a round came to. */
export interface Decision<B extends DagBlock = DagBlock> {
  readonly round: number
  readonly leader: number
  /** The leader's block, or undefined when it is skipped. */
  readonly block: B | undefined
  /** By the votes for the leader itself, not through a later leader. */
  readonly direct: boolean
}

export type CommittedBlocks = OrderedCommit<Block>
