/**
 * Blocks that no honest validator makes, with roots and signatures that hold. Written from PIP-0007,
 * not with the code under test.
 */
import { concat, fixed, utf8 } from '#base'
import {
  type Block,
  type BlockRef,
  blockOf,
  type CommitVote,
  type Digest,
  type Epoch,
  type ExecAttestation,
  headerDigest,
} from '#consensus'
import { sha256 } from '#crypto'

import type { Signatures } from './signatures.ts'

export interface Draft {
  readonly author: number
  readonly round: number
  readonly timestampMs: number
  readonly ancestors: readonly BlockRef[]
  readonly attestations: readonly ExecAttestation[]
  readonly commitVotes: readonly CommitVote[]
  /** All of its body. */
  readonly transaction?: Uint8Array | undefined
}

export function forge(draft: Draft, epoch: Epoch, signatures: Signatures): Block {
  const { author, round, timestampMs, ancestors, attestations, commitVotes } = draft
  const transactions = draft.transaction === undefined ? [] : [draft.transaction]
  const core = {
    version: 1,
    chainId: epoch.chainId,
    genesisHash: epoch.genesisHash,
    epoch: epoch.committee.epoch,
    round,
    author,
    timestampMs,
    ancestorsRoot: root(
      'ancestors',
      ancestors.map((ref) => encodeRef(ref)),
    ),
    bodyRoot: leaf(draft.transaction),
    attestationsRoot: root(
      'attestations',
      attestations.map(({ height, blockHash }) => encodePair(height, blockHash)),
    ),
    commitVotesRoot: root(
      'votes',
      commitVotes.map(({ index, digest }) => encodePair(index, digest)),
    ),
    bodyBytes: transactions.reduce((sum, { length }) => sum + 4 + length, 0),
    bodyTransactions: transactions.length,
  }
  const signature = signatures.sign(author, headerDigest(core))
  return blockOf({ core, ancestors, attestations, commitVotes, signature }, { transactions })
}

/** `author`'s virtual block of round 0. */
export function genesisRef({ committee, closing }: Epoch, author: number): BlockRef {
  const parts = [utf8('pars/dag/genesis/1'), unhex(committee.root), unhex(closing)]
  const digest = sha256(concat(...parts, littleEndian(author, 2))).toHex()
  return { author, round: 0, digest }
}

/** The root over a body of at most one transaction. */
function leaf(transaction: Uint8Array | undefined): Digest {
  if (transaction === undefined) return '0'.repeat(64)
  return sha256(concat(Uint8Array.of(0), sha256(transaction))).toHex()
}

function root(name: string, items: readonly Uint8Array[]): Digest {
  return sha256(concat(utf8(`pars/dag/${name}/1`), ...items)).toHex()
}

function encodeRef({ author, round, digest }: BlockRef): Uint8Array {
  return concat(littleEndian(author, 2), littleEndian(round, 4), unhex(digest))
}

function encodePair(number: number, digest: Digest): Uint8Array {
  return concat(littleEndian(number, 8), unhex(digest))
}

function littleEndian(value: number, size: number): Uint8Array {
  return fixed(value, size).toReversed()
}

function unhex(digest: Digest): Uint8Array {
  return Uint8Array.fromHex(digest)
}
