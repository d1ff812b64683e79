/**
 * SSZ of everything that consensus hashes or sends. Decoding is exact: one encoding for each value,
 * bounds before allocation, no number that a double cannot hold.
 *
 * @see PIP-0007 "Encoding"
 * @see https://github.com/ethereum/consensus-specs, ssz/simple-serialize
 */
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
} from '@chainsafe/ssz'

import { Fault } from '#base'
import { algorithms } from '#protocol'

import { limits } from '../limits.ts'
import type {
  Body,
  BlockRef,
  CommitVote,
  Digest,
  ExecAttestation,
  Header,
  HeaderCore,
} from './block.ts'
import type { ClosingStatement } from './closing.ts'
import type { Commit } from './commit.ts'
import type { Member } from './member.ts'

const { publicKeyBytes, signatureBytes } = algorithms[0x65]
export const u16 = new UintNumberType(2)
const u32 = new UintNumberType(4)
export const u64 = new UintBigintType(8)
export const bytes32 = new ByteVectorType(32)

const refType = new ContainerType({ author: u16, round: u32, digest: bytes32 })
const refs = new ListCompositeType(refType, limits.committee.value)
const attestationType = new ContainerType({ height: u64, blockHash: bytes32 })
const attestationsType = new ListCompositeType(attestationType, limits.attestations.value)
const voteType = new ContainerType({ index: u64, digest: bytes32 })
const votesType = new ListCompositeType(voteType, limits.commitVotes.value)
const coreType = new ContainerType({
  version: u16,
  chainId: u64,
  genesisHash: bytes32,
  epoch: u64,
  round: u32,
  author: u16,
  timestampMs: u64,
  ancestorsRoot: bytes32,
  bodyRoot: bytes32,
  attestationsRoot: bytes32,
  commitVotesRoot: bytes32,
  bodyBytes: u32,
  bodyTransactions: u16,
})
const headerType = new ContainerType({
  core: coreType,
  ancestors: refs,
  attestations: attestationsType,
  commitVotes: votesType,
  signature: new ByteVectorType(signatureBytes),
})
const bodyType = new ListCompositeType(
  new ByteListType(limits.transactionBytes.value),
  limits.bodyTransactions.value,
)
const blockType = new ContainerType({ header: headerType, body: bodyType })
const commitType = new ContainerType({
  epoch: u64,
  index: u64,
  previous: bytes32,
  leader: refType,
  timestampMs: u64,
  blocks: new ListCompositeType(refType, limits.commitBlocks.value),
})
const memberType = new ContainerType({
  publicKey: new ByteVectorType(publicKeyBytes),
  stake: u64,
  account: new ByteVectorType(20),
  peerId: new ByteListType(128),
})
const committeeType = new ContainerType({
  epoch: u64,
  members: new ListCompositeType(memberType, limits.committee.value),
})
const closingType = new ContainerType({
  version: u16,
  chainId: u64,
  genesisHash: bytes32,
  epoch: u64,
  finalCommitIndex: u64,
  finalCommitDigest: bytes32,
  finalHeight: u64,
  blockHash: bytes32,
  stateRoot: bytes32,
  nextCommitteeRoot: bytes32,
})

type Wire<T> = T extends { deserialize(bytes: Uint8Array): infer V } ? V : never
type WireRef = Wire<typeof refType>
type WireCore = Wire<typeof coreType>
type WireHeader = Wire<typeof headerType>

/** The longest encoding of a header and of a block, in bytes. */
export const headerBytes = headerType.maxSize
const bodyOffset = 8
export const blockBytes = bodyOffset + headerBytes + limits.bodyBytes.value

export function encodeHeaderCore(core: HeaderCore): Uint8Array {
  return coreType.serialize(toWireCore(core))
}

export function encodeRefs(list: readonly BlockRef[]): Uint8Array {
  return refs.serialize(list.map((ref) => toWireRef(ref)))
}

export function encodeAttestations(list: readonly ExecAttestation[]): Uint8Array {
  return attestationsType.serialize(list.map((one) => toWireAttestation(one)))
}

export function encodeCommitVotes(list: readonly CommitVote[]): Uint8Array {
  return votesType.serialize(list.map((one) => toWireVote(one)))
}

/** Bytes of the SSZ of a body: an offset for each transaction, and the transactions. */
export function bodySize({ transactions }: Body): number {
  return transactions.reduce((sum, { length }) => sum + 4 + length, 0)
}

export function encodeHeader(header: Header): Uint8Array {
  return headerType.serialize(toWireHeader(header))
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeHeader(bytes: Uint8Array): Header {
  return fromWireHeader(exactly(headerType, bytes))
}

export function encodeBlock(header: Header, body: Body): Uint8Array {
  return blockType.serialize({ header: toWireHeader(header), body: [...body.transactions] })
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeBlock(bytes: Uint8Array): { readonly header: Header; readonly body: Body } {
  const { header, body } = exactly(blockType, bytes, blockBytes)
  return { header: fromWireHeader(header), body: { transactions: body } }
}

export function encodeCommit(commit: Commit): Uint8Array {
  return commitType.serialize({
    epoch: BigInt(commit.epoch),
    index: BigInt(commit.index),
    previous: unhexed(commit.previous),
    leader: toWireRef(commit.leader),
    timestampMs: BigInt(commit.timestampMs),
    blocks: commit.blocks.map((ref) => toWireRef(ref)),
  })
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeCommit(bytes: Uint8Array): Commit {
  const wire = exactly(commitType, bytes, commitType.maxSize)
  return {
    epoch: safe(wire.epoch),
    index: safe(wire.index),
    previous: wire.previous.toHex(),
    leader: fromWireRef(wire.leader),
    timestampMs: safe(wire.timestampMs),
    blocks: wire.blocks.map((ref) => fromWireRef(ref)),
  }
}

export function encodeCommittee(epoch: number, members: readonly Member[]): Uint8Array {
  return committeeType.serialize({
    epoch: BigInt(epoch),
    members: members.map((member) => ({
      ...member,
      peerId: new TextEncoder().encode(member.peerId),
    })),
  })
}

export function encodeClosing(statement: ClosingStatement): Uint8Array {
  return closingType.serialize({
    ...statement,
    genesisHash: unhexed(statement.genesisHash),
    epoch: BigInt(statement.epoch),
    finalCommitIndex: BigInt(statement.finalCommitIndex),
    finalCommitDigest: unhexed(statement.finalCommitDigest),
    finalHeight: BigInt(statement.finalHeight),
    blockHash: unhexed(statement.blockHash),
    stateRoot: unhexed(statement.stateRoot),
    nextCommitteeRoot: unhexed(statement.nextCommitteeRoot),
  })
}

/** Bytes that a block takes at most where it waits: its body, and the longest header. */
export function sizeOf({ body }: { readonly body: Body }): number {
  return headerBytes + bodySize(body)
}

/** The bytes of `digest`. */
export function unhexed(digest: Digest): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(digest)
}

/** Reads a value of `type` of at most `most` bytes. Throws `CONSENSUS_FRAME`, nothing else. */
export function exactly<V>(
  type: { deserialize(bytes: Uint8Array): V; readonly minSize: number; readonly maxSize: number },
  bytes: Uint8Array,
  most = type.maxSize,
): V {
  const { length } = bytes
  if (length < type.minSize || length > most) {
    throw new Fault({ code: 'CONSENSUS_FRAME', bytes: length, most })
  }
  try {
    return type.deserialize(bytes)
  } catch (error) {
    throw new Fault({ code: 'CONSENSUS_FRAME', bytes: length, most }, String(error), {
      cause: error,
    })
  }
}

/** A u64 as a number, if a double holds it. Throws `CONSENSUS_FRAME`. */
export function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Fault({ code: 'CONSENSUS_FRAME', number: value }, 'numbers stay below 2^53')
  }
  return Number(value)
}

function toWireRef({ author, round, digest }: BlockRef): WireRef {
  return { author, round, digest: unhexed(digest) }
}

function fromWireRef({ author, round, digest }: WireRef): BlockRef {
  return { author, round, digest: digest.toHex() }
}

function toWireAttestation({ height, blockHash }: ExecAttestation): Wire<typeof attestationType> {
  return { height: BigInt(height), blockHash: unhexed(blockHash) }
}

function toWireVote({ index, digest }: CommitVote): Wire<typeof voteType> {
  return { index: BigInt(index), digest: unhexed(digest) }
}

function toWireCore(core: HeaderCore): WireCore {
  return {
    ...core,
    genesisHash: unhexed(core.genesisHash),
    epoch: BigInt(core.epoch),
    timestampMs: BigInt(core.timestampMs),
    ancestorsRoot: unhexed(core.ancestorsRoot),
    bodyRoot: unhexed(core.bodyRoot),
    attestationsRoot: unhexed(core.attestationsRoot),
    commitVotesRoot: unhexed(core.commitVotesRoot),
  }
}

function fromWireCore(core: WireCore): HeaderCore {
  return {
    ...core,
    genesisHash: core.genesisHash.toHex(),
    epoch: safe(core.epoch),
    timestampMs: safe(core.timestampMs),
    ancestorsRoot: core.ancestorsRoot.toHex(),
    bodyRoot: core.bodyRoot.toHex(),
    attestationsRoot: core.attestationsRoot.toHex(),
    commitVotesRoot: core.commitVotesRoot.toHex(),
  }
}

function toWireHeader(header: Header): WireHeader {
  return {
    core: toWireCore(header.core),
    ancestors: header.ancestors.map((ref) => toWireRef(ref)),
    attestations: header.attestations.map((one) => toWireAttestation(one)),
    commitVotes: header.commitVotes.map((one) => toWireVote(one)),
    signature: header.signature,
  }
}

function fromWireHeader(wire: WireHeader): Header {
  return {
    core: fromWireCore(wire.core),
    ancestors: wire.ancestors.map((ref) => fromWireRef(ref)),
    attestations: wire.attestations.map(({ height, blockHash }) => ({
      height: safe(height),
      blockHash: blockHash.toHex(),
    })),
    commitVotes: wire.commitVotes.map(({ index, digest }) => ({
      index: safe(index),
      digest: digest.toHex(),
    })),
    signature: wire.signature,
  }
}
