/**
 * The block of the DAG: what is signed (the core), what the core's roots bind, and the body.
 *
 * @see PIP-0007 "Data structures"
 */

/**
 * 32 bytes as 64 lower-case hexadecimal digits without prefix, so that equality, order and map keys
 * are those of the bytes.
 */
export type Digest = string

export const zeroDigest: Digest = '0'.repeat(64)

export interface BlockRef {
  /** Index in the committee. */
  readonly author: number
  readonly round: number
  readonly digest: Digest
}

/** What the author signs: 198 bytes of SSZ, every field at a fixed place. */
export interface HeaderCore {
  readonly version: number
  readonly chainId: bigint
  /** G. */
  readonly genesisHash: Digest
  readonly epoch: number
  readonly round: number
  readonly author: number
  /** Of the author's clock, since 1970. */
  readonly timestampMs: number
  readonly ancestorsRoot: Digest
  readonly bodyRoot: Digest
  readonly attestationsRoot: Digest
  readonly commitVotesRoot: Digest
  /** Length of the body's SSZ. */
  readonly bodyBytes: number
  readonly bodyTransactions: number
}

/** "I executed this block of the chain", and with it all its ancestors. */
export interface ExecAttestation {
  readonly height: number
  readonly blockHash: Digest
}

/** "I committed this", and with it all commits before. */
export interface CommitVote {
  readonly index: number
  readonly digest: Digest
}

export interface Header {
  readonly core: HeaderCore
  /** The author's own latest block first; at most one of each author. */
  readonly ancestors: readonly BlockRef[]
  /** Ascending heights. */
  readonly attestations: readonly ExecAttestation[]
  /** Ascending indices. */
  readonly commitVotes: readonly CommitVote[]
  /** ML-DSA-65 over the digest, 3309 bytes. The digest does not cover it: two signatures are one block. */
  readonly signature: Uint8Array
}

export interface Body {
  /** Opaque here: whether one takes effect is found at execution. */
  readonly transactions: readonly Uint8Array[]
}

/** What the commit rule knows of a block. */
export interface DagBlock extends BlockRef {
  readonly timestampMs: number
  readonly ancestors: readonly BlockRef[]
  /** The ancestors of the round before, by author: the blocks that this one votes for. */
  readonly parents: ReadonlyMap<number, Digest>
}

/** A block with everything its author said. */
export interface Block extends DagBlock {
  readonly header: Header
  readonly body: Body
}

/** `parents` of a block of `round` with `ancestors`. */
export function parentsOf(
  round: number,
  ancestors: readonly BlockRef[],
): ReadonlyMap<number, Digest> {
  const parents = new Map<number, Digest>()
  for (const { author, round: at, digest } of ancestors) {
    if (at === round - 1) parents.set(author, digest)
  }
  return parents
}

export function refOf({ author, round, digest }: BlockRef): BlockRef {
  return { author, round, digest }
}
