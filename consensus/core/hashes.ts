/**
 * The preimages of consensus. Each begins with a tag of its own, and none contains a signature:
 * ML-DSA is hedged, so two nodes may hold two signatures of the same statement.
 *
 * @see PIP-0007 "Hashes"
 */
import { concat, fixed, utf8 } from '#base'
import { sha256 } from '#crypto'

import {
  type Block,
  type BlockRef,
  type Body,
  type CommitVote,
  type Digest,
  type ExecAttestation,
  type Header,
  type HeaderCore,
  parentsOf,
  zeroDigest,
} from './block.ts'
import type { ClosingStatement } from './closing.ts'
import type { Commit } from './commit.ts'
import type { Member } from './member.ts'
import {
  encodeAttestations,
  encodeClosing,
  encodeCommit,
  encodeCommittee,
  encodeCommitVotes,
  encodeHeaderCore,
  encodeRefs,
  unhexed,
} from './ssz.ts'

const tags = {
  header: utf8('pars/dag/hdr/1'),
  ancestors: utf8('pars/dag/ancestors/1'),
  attestations: utf8('pars/dag/attestations/1'),
  commitVotes: utf8('pars/dag/votes/1'),
  genesis: utf8('pars/dag/genesis/1'),
  commit: utf8('pars/dag/commit/1'),
  committee: utf8('pars/dag/committee/1'),
  leaders: utf8('pars/dag/leaders/1'),
  order: utf8('pars/dag/order/1'),
  closing: utf8('pars/close/1'),
  signed: utf8('pars/dag/signed/1'),
  owner: utf8('pars/dag/owner/1'),
}
const leafTag = Uint8Array.of(0x00)
const nodeTag = Uint8Array.of(0x01)

function digest(...parts: readonly Uint8Array[]): Digest {
  return sha256(concat(...parts)).toHex()
}

/** What the author signs, under the context `pars-dag-v1`. */
export function headerDigest(core: HeaderCore): Digest {
  return digest(tags.header, encodeHeaderCore(core))
}

export function ancestorsRoot(ancestors: readonly BlockRef[]): Digest {
  return digest(tags.ancestors, encodeRefs(ancestors))
}

export function attestationsRoot(attestations: readonly ExecAttestation[]): Digest {
  return digest(tags.attestations, encodeAttestations(attestations))
}

export function commitVotesRoot(votes: readonly CommitVote[]): Digest {
  return digest(tags.commitVotes, encodeCommitVotes(votes))
}

/** Binary Merkle tree over the hashes of the transactions' bytes; an odd node moves up as it is. */
export function bodyRoot({ transactions }: Body): Digest {
  let level = transactions.map((bytes) => sha256(concat(leafTag, sha256(bytes))))
  if (level.length === 0) return zeroDigest
  while (level.length > 1) {
    const above: Uint8Array<ArrayBuffer>[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = level.slice(at, at + 2)
      if (left !== undefined) {
        above.push(right === undefined ? left : sha256(concat(nodeTag, left, right)))
      }
    }
    level = above
  }
  return level[0]?.toHex() ?? zeroDigest
}

/** The block that `header` and `body` make, as the DAG holds it. */
export function blockOf(header: Header, body: Body): Block {
  const { core, ancestors } = header
  const { author, round, timestampMs } = core
  const parents = parentsOf(round, ancestors)
  return {
    author,
    round,
    digest: headerDigest(core),
    timestampMs,
    ancestors,
    parents,
    header,
    body,
  }
}

/** The digest of `author`'s virtual block of round 0. */
export function genesisDigest(root: Digest, closing: Digest, author: number): Digest {
  return digest(tags.genesis, unhexed(root), unhexed(closing), littleEndian(author, 2))
}

export function commitDigest(commit: Commit): Digest {
  return digest(tags.commit, encodeCommit(commit))
}

export function committeeRoot(epoch: number, members: readonly Member[]): Digest {
  return digest(tags.committee, encodeCommittee(epoch, members))
}

/** What everything of the next epoch is derived from; a certificate would not be unique. */
export function closingHash(statement: ClosingStatement): Digest {
  return digest(tags.closing, encodeClosing(statement))
}

/** What stands for a closing hash in the first epoch. */
export function firstClosingHash(genesisHash: Digest): Digest {
  return digest(tags.closing, unhexed(genesisHash))
}

/** Seed of one cycle of the leader schedule. */
export function cycleSeed(closing: Digest, cycle: number): Uint8Array {
  return sha256(concat(tags.leaders, unhexed(closing), littleEndian(cycle, 8)))
}

/** The rank of `author` among the blocks of a round in a commit: nobody is always first. */
export function orderRank(leader: Digest, author: number): Digest {
  return digest(tags.order, unhexed(leader), littleEndian(author, 2))
}

/** Names a block together with its signature, for what a wrong signature must not shadow. */
export function signedKey(headerHash: Digest, signature: Uint8Array): Digest {
  return digest(tags.signed, unhexed(headerHash), signature)
}

/** Seed of the ranks of owners of a sender's queue. */
export function ownerSeed(epoch: number, sender: Uint8Array, nonceKey: bigint): Uint8Array {
  return sha256(concat(tags.owner, littleEndian(epoch, 8), sender, fixed(nonceKey, 32)))
}

/** `seed` and `index` hashed, as an integer below 2^256. */
export function draw(seed: Uint8Array, index: number): bigint {
  return BigInt(`0x${digest(seed, littleEndian(index, 4))}`)
}

function littleEndian(value: number, size: number): Uint8Array<ArrayBuffer> {
  return fixed(value, size).toReversed()
}
