/**
 * What travels between whole nodes, as far as somebody has to read or make it who is none of them.
 * Written from PIP-0007, not with the code under test.
 */
import { concat, encodeRlp, fixed, toBigInt, trimmed, utf8 } from '#base'
import {
  type Block,
  decodeCommit,
  type Digest,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  headerDigest,
} from '#consensus'
import { sha256 } from '#crypto'

import type { Signatures } from './signatures.ts'

export const dagProtocol = '/pars/dag/1'
export const blocksProtocol = '/pars/blocks/1'
export const commitsProtocol = '/pars/commits/1'
export const recoverProtocol = '/pars/recover/1'

const coreBytes = 198
/** The first byte of the frame of a block, and the two offsets of header and body. */
const coreAt = 1 + 8
const digestBytes = 32
const refBytes = 38
const epochBytes = 8
const roundBytes = 4
const checkpointBytes = 218
const heightAt = 50

/** The signed part of a block's header, as text; undefined for another frame. */
export function signedCoreOf(frame: Uint8Array): string | undefined {
  return frame[0] === 0 ? frame.subarray(coreAt, coreAt + coreBytes).toHex() : undefined
}

export function blockFrame({ header, body }: Block): Uint8Array {
  return concat(Uint8Array.of(0), encodeBlock(header, body))
}

/** What a heartbeat says to have heard of `author`; undefined for another frame. */
export function heardOf(frame: Uint8Array, author: number): number | undefined {
  const at = 1 + epochBytes + roundBytes * author
  return frame[0] === 1 ? Number(toBigInt(frame.subarray(at, at + roundBytes))) : undefined
}

export function heartbeat(epoch: number, rounds: readonly number[]): Uint8Array {
  const heard = rounds.map((round) => fixed(round, roundBytes))
  return concat(Uint8Array.of(1), fixed(epoch, epochBytes), ...heard)
}

/** Digests that a request for blocks names. */
export function wantedBlocks(request: Uint8Array): readonly Digest[] {
  const count = (request.length - epochBytes) / refBytes
  return Array.from({ length: count }, (_, index) => {
    const end = epochBytes + (index + 1) * refBytes
    return request.subarray(end - digestBytes, end).toHex()
  })
}

/** An answer about commits with something wrong about it. @param kind 0 to 4: what. */
export function spoilt(items: readonly Uint8Array[], kind: number): readonly Uint8Array[] {
  const [end, ...rest] = items
  if (end === undefined) return items
  if (kind === 0) return [end, ...rest.map(later)]
  if (kind === 1) return [end, ...rest.toReversed()]
  if (kind === 2)
    return [
      end,
      ...rest.toSpliced(
        rest.findIndex(([first]) => first === 3),
        1,
      ),
    ]
  if (kind === 3) return [end, ...rest.filter(([first]) => first !== 4)]
  return [concat(end.subarray(0, 1), fixed(2 ** 40, end.length - 1)), ...rest]
}

/** A commit of another time. */
function later(item: Uint8Array): Uint8Array {
  if (item[0] !== 2) return item
  const commit = decodeCommit(item.slice(1))
  return concat(Uint8Array.of(2), encodeCommit({ ...commit, timestampMs: commit.timestampMs + 1 }))
}

/** The answer to a start-up question: signed, whatever it says. */
export function testimony(
  request: Uint8Array,
  answerer: number,
  genesisHash: Digest,
  { own, yours }: { readonly own: Block | undefined; readonly yours: Block | undefined },
  signatures: Signatures,
): Uint8Array {
  const [mine, theirs] = [own, yours].map((block) =>
    block === undefined
      ? new Uint8Array(digestBytes)
      : Uint8Array.fromHex(headerDigest(block.header.core)),
  )
  const said = concat(mine ?? new Uint8Array(0), theirs ?? new Uint8Array(0))
  const asked = concat(Uint8Array.fromHex(genesisHash), request, fixed(answerer, 2))
  const message = sha256(concat(utf8('pars/recover/1'), asked, said))
  const headers = [own, yours].map((block) =>
    block === undefined ? new Uint8Array(0) : encodeHeader(block.header),
  )
  const signature = signatures.sign(answerer, message.toHex())
  return encodeRlp([trimmed(answerer), ...headers, signature])
}

/** Author of a start-up question. */
export function askerOf(request: Uint8Array): number {
  return Number(toBigInt(request.subarray(epochBytes, epochBytes + 2)))
}

/** Of a checkpoint that is gossiped with one signature. */
export function decodeCheckpoint(message: Uint8Array): {
  readonly height: number
  readonly hash: Digest
} {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  return {
    height: Number(view.getBigUint64(heightAt, true)),
    hash: sha256(message.subarray(0, checkpointBytes)).toHex(),
  }
}
