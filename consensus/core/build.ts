import type { Block, BlockRef, Body, CommitVote, ExecAttestation, HeaderCore } from './block.ts'
import { ancestorsRoot, attestationsRoot, blockOf, bodyRoot, commitVotesRoot } from './hashes.ts'
import { bodySize } from './ssz.ts'
import { type Epoch, headerVersion } from './validity.ts'

/** What an author has to say in one round. */
export interface Content {
  readonly author: number
  readonly round: number
  readonly timestampMs: number
  readonly ancestors: readonly BlockRef[]
  readonly attestations: readonly ExecAttestation[]
  readonly commitVotes: readonly CommitVote[]
  readonly body: Body
}

export function headerCore(content: Content, epoch: Epoch): HeaderCore {
  const { author, round, timestampMs, ancestors, attestations, commitVotes, body } = content
  return {
    version: headerVersion,
    chainId: epoch.chainId,
    genesisHash: epoch.genesisHash,
    epoch: epoch.committee.epoch,
    round,
    author,
    timestampMs,
    ancestorsRoot: ancestorsRoot(ancestors),
    bodyRoot: bodyRoot(body),
    attestationsRoot: attestationsRoot(attestations),
    commitVotesRoot: commitVotesRoot(commitVotes),
    bodyBytes: bodySize(body),
    bodyTransactions: body.transactions.length,
  }
}

/** The block that `content` makes with its author's signature. */
export function signedBlock(content: Content, core: HeaderCore, signature: Uint8Array): Block {
  const { ancestors, attestations, commitVotes, body } = content
  return blockOf({ core, ancestors, attestations, commitVotes, signature }, body)
}
