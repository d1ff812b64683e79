/**
 * Keys of the store. All integers are big-endian, so that the order of keys is that of epochs,
 * rounds and indices.
 */
import { concat, fixed, utf8 } from '#base'
import type { Range } from '#storage'

import type { BlockRef, Digest } from '../core/block.ts'
import { unhexed } from '../core/ssz.ts'

const epochBytes = 4
const roundBytes = 4
const authorBytes = 2
const indexBytes = 6
/** Of `encodeRef`. */
export const refBytes = roundBytes + authorBytes + 32

const letters = {
  network: utf8('g'),
  signing: utf8('s'),
  block: utf8('b'),
  highest: utf8('h'),
  commit: utf8('c'),
  vote: utf8('v'),
  checkpoint: utf8('k'),
  history: utf8('m'),
  ownCheckpoint: utf8('o'),
}

export const networkKey = letters.network

/** @param key sha256 of the validator's public key. */
export function signingKey(epoch: number, key: Digest): Uint8Array {
  return concat(letters.signing, fixed(epoch, epochBytes), unhexed(key))
}

export function signingRange(epoch: number): Range {
  return below(concat(letters.signing, fixed(epoch, epochBytes)))
}

/** The validator's key in the key of its record. */
export function signerOf(key: Uint8Array): Digest {
  return key.subarray(letters.signing.length + epochBytes).toHex()
}

export function encodeRef({ round, author, digest }: BlockRef): Uint8Array {
  return concat(fixed(round, roundBytes), fixed(author, authorBytes), unhexed(digest))
}

export function decodeRef(bytes: Uint8Array): BlockRef {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    round: view.getUint32(0),
    author: view.getUint16(roundBytes),
    digest: bytes.subarray(roundBytes + authorBytes).toHex(),
  }
}

export function blockKey(epoch: number, ref: BlockRef): Uint8Array {
  return concat(letters.block, fixed(epoch, epochBytes), encodeRef(ref))
}

export function refOfKey(key: Uint8Array): BlockRef {
  return decodeRef(key.subarray(letters.block.length + epochBytes))
}

/** Blocks of rounds `from` up to `to`, inclusive. */
export function blockRange(epoch: number, from: number, to = 2 ** 32 - 1): Range {
  const prefix = concat(letters.block, fixed(epoch, epochBytes))
  return {
    gte: concat(prefix, fixed(from, roundBytes)),
    lt: next(concat(prefix, fixed(to, roundBytes))),
  }
}

export function highestKey(epoch: number, author: number): Uint8Array {
  return concat(letters.highest, fixed(epoch, epochBytes), fixed(author, authorBytes))
}

export function highestRange(epoch: number): Range {
  return below(concat(letters.highest, fixed(epoch, epochBytes)))
}

export function commitKey(epoch: number, index: number): Uint8Array {
  return concat(letters.commit, fixed(epoch, epochBytes), fixed(index, indexBytes))
}

/** Commits `from` up to `to`, inclusive. */
export function commitRange(epoch: number, from = 0, to = 2 ** 48 - 1): Range {
  return { gte: commitKey(epoch, from), lt: next(commitKey(epoch, to)) }
}

export function voteKey(epoch: number, index: number, author: number): Uint8Array {
  const place = concat(fixed(epoch, epochBytes), fixed(index, indexBytes))
  return concat(letters.vote, place, fixed(author, authorBytes))
}

/** What a key of `voteKey` is of. */
export function voteOf(key: Uint8Array): { readonly index: number; readonly author: number } {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  const end = key.length - authorBytes
  const index = Number(BigInt(`0x${key.subarray(end - indexBytes, end).toHex()}`))
  return { index, author: view.getUint16(end) }
}

/** Votes for commits `from` up to `to`, inclusive. */
export function voteRange(epoch: number, from: number, to: number): Range {
  return { gte: voteKey(epoch, from, 0), lt: next(voteKey(epoch, to, 2 ** 16 - 1)) }
}

export function checkpointKey(height: number): Uint8Array {
  return concat(letters.checkpoint, fixed(height, indexBytes))
}

/** Checkpoints of heights `from` up to below `to`. */
export function checkpointsBetween(from: number, to: number): Range {
  return { gte: checkpointKey(from), lt: checkpointKey(to) }
}

export function heightOfKey(key: Uint8Array): number {
  return Number(BigInt(`0x${key.subarray(letters.checkpoint.length).toHex()}`))
}

export const checkpointRange: Range = below(letters.checkpoint)

export const historyKey = letters.history

export const ownCheckpointKey = letters.ownCheckpoint

/** Everything that is known of the order of an epoch; the signing records are no part of it. */
export function orderRanges(epoch: number): readonly Range[] {
  const { block, highest, commit, vote } = letters
  return [block, highest, commit, vote].map((letter) =>
    below(concat(letter, fixed(epoch, epochBytes))),
  )
}

function below(prefix: Uint8Array): Range {
  return { gte: prefix, lt: next(prefix) }
}

/** The first key after all that begin with `prefix`. */
function next(prefix: Uint8Array): Uint8Array {
  const end = prefix.findLastIndex((byte) => byte !== 0xff)
  const after = prefix.slice(0, end + 1)
  after[end] = (after[end] ?? 0) + 1
  return after
}
