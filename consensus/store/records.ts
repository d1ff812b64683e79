/** The bytes of what is stored. A value is canonical RLP, or the SSZ that also travels. */
import { concat, decodeRlp, encodeRlp, Fault, type Rlp, toBigInt, trimmed } from '#base'

import type { Block, BlockRef, Digest, Header } from '../core/block.ts'
import type { Commit, CommittedBlocks } from '../core/commit.ts'
import { blockOf } from '../core/hashes.ts'
import type { ScheduleState } from '../core/schedule.ts'
import {
  decodeBlock,
  decodeCommit,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  unhexed,
} from '../core/ssz.ts'
import { decodeRef, encodeRef, refBytes } from './keys.ts'

/** What a validator must never forget of one epoch. */
export interface SigningFacts {
  /** W5. */
  readonly hasBegun: boolean
  /** W6: was amnesic in this epoch and has not built since. */
  readonly hasForgotten: boolean
  readonly floor: number
  readonly attestFloor: number
  readonly checkpointFloor: number
  /** Of the last recovery; see `Restored`. */
  readonly muteRound: number
  readonly own: BlockRef | undefined
}

export const noFacts: SigningFacts = {
  hasBegun: false,
  hasForgotten: false,
  floor: 0,
  attestFloor: 0,
  checkpointFloor: 0,
  muteRound: 0,
  own: undefined,
}

export interface StoredBlock {
  readonly block: Block
  readonly verified: boolean
}

export interface StoredCommit {
  readonly commit: Commit
  readonly yielding: readonly number[]
  readonly schedule: ScheduleState
  /** Of the blocks of all commits up to this one, as SSZ. */
  readonly totalBytes: number
}

/** What `author` said: that the commit is `digest`. */
export interface StoredVote {
  readonly author: number
  readonly digest: Digest
  /** The block that says so, or the SSZ of its header where the block may not be here. */
  readonly by: BlockRef | Uint8Array
}

export function encodeFacts(facts: SigningFacts): Uint8Array {
  const { hasBegun, hasForgotten, floor, attestFloor, checkpointFloor, muteRound, own } = facts
  const floors = [floor, attestFloor, checkpointFloor, muteRound]
  return encodeRlp([
    ...[Number(hasBegun), Number(hasForgotten), ...floors].map(trimmed),
    own === undefined ? new Uint8Array(0) : encodeRef(own),
  ])
}

/** Throws `CONSENSUS_RECORD`. */
export function decodeFacts(bytes: Uint8Array): SigningFacts {
  const fields = list(decodeRlp(bytes, 1), 7)
  const [hasBegun, hasForgotten, floor, attestFloor, checkpointFloor, muteRound] = fields
    .slice(0, 6)
    .map(number)
  const own = leaf(fields[6])
  return {
    hasBegun: hasBegun === 1,
    hasForgotten: hasForgotten === 1,
    floor: floor ?? 0,
    attestFloor: attestFloor ?? 0,
    checkpointFloor: checkpointFloor ?? 0,
    muteRound: muteRound ?? 0,
    own: own.length === 0 ? undefined : decodeRef(own),
  }
}

export function encodeStoredBlock({ block, verified }: StoredBlock): Uint8Array {
  return concat(Uint8Array.of(Number(verified)), encodeBlock(block.header, block.body))
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeStoredBlock(bytes: Uint8Array): StoredBlock {
  const { header, body } = decodeBlock(bytes.subarray(1))
  return { block: blockOf(header, body), verified: isVerified(bytes) }
}

export function isVerified(stored: Uint8Array): boolean {
  return stored[0] === 1
}

/** The block of a stored one, as it travels. */
export function travelling(stored: Uint8Array): Uint8Array {
  return stored.subarray(1)
}

export function encodeStoredCommit(
  { commit, yielding }: Pick<CommittedBlocks, 'commit' | 'yielding'>,
  { scores, replaced }: ScheduleState,
  totalBytes: number,
): Uint8Array {
  return encodeRlp([
    encodeCommit(commit),
    encodePlaces(yielding, commit.blocks.length),
    trimmed(totalBytes),
    scores.map((score) => trimmed(score)),
    replaced.map(([benched, by]) => [trimmed(benched), trimmed(by)]),
  ])
}

/** Throws `CONSENSUS_RECORD`, `CONSENSUS_FRAME`. */
export function decodeStoredCommit(bytes: Uint8Array): StoredCommit {
  const [commit, places, totalBytes, scores, replaced] = list(decodeRlp(bytes, 3), 5)
  return {
    commit: decodeCommit(leaf(commit)),
    yielding: decodePlaces(leaf(places)),
    totalBytes: number(totalBytes),
    schedule: {
      scores: list(scores).map(number),
      replaced: list(replaced).map((pair) => {
        const [benched, by] = list(pair, 2).map(number)
        return [benched ?? 0, by ?? 0] as const
      }),
    },
  }
}

/** @param by The block that votes, or its header. */
export function encodeVote(by: BlockRef | Header, digest: Digest): Uint8Array {
  return concat('core' in by ? encodeHeader(by) : encodeRef(by), unhexed(digest))
}

export function decodeVote(bytes: Uint8Array, author: number): StoredVote {
  const end = bytes.length - 32
  const by = bytes.slice(0, end)
  return { author, digest: bytes.subarray(end).toHex(), by: end === refBytes ? decodeRef(by) : by }
}

/** One bit for each of `count` places. */
function encodePlaces(places: readonly number[], count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8))
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7))
  return bits
}

function decodePlaces(bits: Uint8Array): readonly number[] {
  const places = Array.from({ length: bits.length * 8 }, (_, place) => place)
  return places.filter((place) => ((bits[place >> 3] ?? 0) >> (place & 7)) & 1)
}

function list(item: Rlp | undefined, count?: number): readonly Rlp[] {
  if (!Array.isArray(item)) throw invalid('not a list')
  if (count !== undefined && item.length !== count) throw invalid('fields')
  return item
}

function leaf(item: Rlp | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item
  throw invalid('not bytes')
}

function number(item: Rlp | undefined): number {
  const bytes = leaf(item)
  if (bytes.length > 6) throw invalid('number')
  return Number(toBigInt(bytes))
}

function invalid(reason: string): Fault<{ code: 'CONSENSUS_RECORD'; reason: string }> {
  return new Fault({ code: 'CONSENSUS_RECORD', reason })
}
