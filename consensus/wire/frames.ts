/**
 * What travels between nodes beside SSZ blocks, headers and commits. Integers are big-endian; each
 * decoder takes exactly what its encoder makes.
 *
 * @see PIP-0007 "Dissemination"
 */
import { concat, Fault, fixed } from '#base'

import type { BlockRef } from '../core/block.ts'
import { limits } from '../limits.ts'
import { decodeRef, encodeRef, refBytes } from '../store/keys.ts'

export const protocols = {
  dag: '/pars/dag/1',
  blocks: '/pars/blocks/1',
  commits: '/pars/commits/1',
  recover: '/pars/recover/1',
  checkpoints: '/pars/checkpoints/1',
} as const

const epochBytes = 8
const roundBytes = 4
const indexBytes = 6
const challengeBytes = 32

/** What a node has heard of each member: it wants what comes after it from the member itself. */
export interface Heartbeat {
  readonly epoch: number
  /** By author index; 0 for nothing. */
  readonly rounds: readonly number[]
}

export type DagFrame =
  | { readonly kind: 'block'; readonly bytes: Uint8Array }
  | ({ readonly kind: 'heartbeat' } & Heartbeat)

const dagKinds = { block: 0, heartbeat: 1 } as const

export function blockFrame(block: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(dagKinds.block), block)
}

export function heartbeatFrame({ epoch, rounds }: Heartbeat): Uint8Array {
  const heard = rounds.map((round) => fixed(round, roundBytes))
  return concat(Uint8Array.of(dagKinds.heartbeat), fixed(epoch, epochBytes), ...heard)
}

/** @param members Of the committee. Throws `CONSENSUS_FRAME`. */
export function decodeDagFrame(frame: Uint8Array, members: number): DagFrame {
  const rest = frame.subarray(1)
  if (frame[0] === dagKinds.block) return { kind: 'block', bytes: rest }
  const isHeartbeat = frame[0] === dagKinds.heartbeat
  if (!isHeartbeat || rest.length !== epochBytes + roundBytes * members) throw malformed(frame)
  const rounds = Array.from({ length: members }, (_, author) =>
    integer(rest, epochBytes + roundBytes * author, roundBytes),
  )
  return { kind: 'heartbeat', epoch: integer(rest, 0, epochBytes), rounds }
}

export interface BlocksRequest {
  readonly epoch: number
  readonly refs: readonly BlockRef[]
}

export function encodeBlocksRequest({ epoch, refs }: BlocksRequest): Uint8Array {
  return concat(fixed(epoch, epochBytes), ...refs.map((ref) => encodeRef(ref)))
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeBlocksRequest(bytes: Uint8Array): BlocksRequest {
  const count = (bytes.length - epochBytes) / refBytes
  if (!Number.isInteger(count) || count < 1 || count > limits.fetchRefs.value) {
    throw malformed(bytes)
  }
  const refs = Array.from({ length: count }, (_, at) => {
    const start = epochBytes + refBytes * at
    return decodeRef(bytes.subarray(start, start + refBytes))
  })
  return { epoch: integer(bytes, 0, epochBytes), refs }
}

export interface CommitsRequest {
  readonly epoch: number
  readonly from: number
  readonly to: number
  /** Items of the same answer that the asker has already. */
  readonly skip: number
}

export function encodeCommitsRequest({ epoch, from, to, skip }: CommitsRequest): Uint8Array {
  const range = concat(fixed(from, indexBytes), fixed(to, indexBytes))
  return concat(fixed(epoch, epochBytes), range, fixed(skip, indexBytes))
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeCommitsRequest(bytes: Uint8Array): CommitsRequest {
  if (bytes.length !== epochBytes + 3 * indexBytes) throw malformed(bytes)
  const [from = 0, to = 0, skip = 0] = [0, 1, 2].map((at) =>
    integer(bytes, epochBytes + indexBytes * at, indexBytes),
  )
  const isRange = from >= 1 && from <= to && to < from + limits.commitRange.value
  if (!isRange || skip > limits.syncItems.value) throw malformed(bytes)
  return { epoch: integer(bytes, 0, epochBytes), from, to, skip }
}

/** One item of an answer to `CommitsRequest`; they come in this order, the middle ones repeated. */
export type CommitsItem =
  /** The last commit of the answer, first. */
  | { readonly kind: 'end'; readonly index: number }
  /** SSZ of a commit, in parts; its blocks follow. */
  | { readonly kind: 'part' | 'commit' | 'block'; readonly bytes: Uint8Array }
  /** Votes for the last commit. */
  | { readonly kind: 'header'; readonly bytes: Uint8Array }

const itemKinds = ['end', 'part', 'commit', 'block', 'header'] as const

export function encodeCommitsItem(item: CommitsItem): Uint8Array {
  const body = item.kind === 'end' ? fixed(item.index, indexBytes) : item.bytes
  return concat(Uint8Array.of(itemKinds.indexOf(item.kind)), body)
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeCommitsItem(bytes: Uint8Array): CommitsItem {
  const kind = itemKinds[bytes[0] ?? itemKinds.length]
  const rest = bytes.subarray(1)
  if (kind === undefined || (kind === 'end' && rest.length !== indexBytes)) throw malformed(bytes)
  return kind === 'end' ? { kind, index: integer(rest, 0, indexBytes) } : { kind, bytes: rest }
}

/** "What have you seen of me?" */
export interface Question {
  readonly epoch: number
  /** Who asks. */
  readonly author: number
  /** 32 fresh bytes. */
  readonly challenge: Uint8Array
}

export function encodeQuestion({ epoch, author, challenge }: Question): Uint8Array {
  return concat(fixed(epoch, epochBytes), fixed(author, 2), challenge)
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeQuestion(bytes: Uint8Array): Question {
  if (bytes.length !== epochBytes + 2 + challengeBytes) throw malformed(bytes)
  const challenge = bytes.slice(epochBytes + 2)
  return { epoch: integer(bytes, 0, epochBytes), author: integer(bytes, epochBytes, 2), challenge }
}

/** @param height 0 for the latest. */
export function encodeCheckpointRequest(height: number): Uint8Array {
  return fixed(height, indexBytes)
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeCheckpointRequest(bytes: Uint8Array): number {
  if (bytes.length !== indexBytes) throw malformed(bytes)
  return integer(bytes, 0, indexBytes)
}

function integer(bytes: Uint8Array, at: number, size: number): number {
  const value = BigInt(`0x${bytes.subarray(at, at + size).toHex()}`)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(bytes)
  return Number(value)
}

export function malformed(bytes: Uint8Array): Fault<{ code: 'CONSENSUS_FRAME'; bytes: number }> {
  return new Fault({ code: 'CONSENSUS_FRAME', bytes: bytes.length })
}
