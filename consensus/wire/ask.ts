/** Questions about blocks and commits, put to others. */
import { concat, Fault, isFault } from '#base'

import type { Block, BlockRef, Header } from '../core/block.ts'
import type { Commit } from '../core/commit.ts'
import type { Peer } from '../core/events.ts'
import { blockOf } from '../core/hashes.ts'
import { decodeBlock, decodeCommit, decodeHeader } from '../core/ssz.ts'
import { limits } from '../limits.ts'
import type { Answer, Network } from '../ports.ts'
import {
  type CommitsItem,
  decodeCommitsItem,
  encodeBlocksRequest,
  encodeCommitsRequest,
  malformed,
  protocols,
} from './frames.ts'

export interface CommitsAnswer {
  readonly commits: readonly Commit[]
  readonly blocks: readonly Block[]
  readonly headers: readonly Header[]
}

export function parseBlock(bytes: Uint8Array): Block {
  const { header, body } = decodeBlock(bytes)
  return blockOf(header, body)
}

/**
 * Asks `peer` for blocks and hands on each that was asked for.
 * @throws `CONSENSUS_FRAME`, `CONSENSUS_ANSWER` for what an honest peer never answers.
 */
export async function askBlocks(
  network: Network,
  peer: Peer,
  epoch: number,
  refs: readonly BlockRef[],
  take: (block: Block) => void,
): Promise<void> {
  const wanted = new Map(refs.map((ref) => [ref.digest, ref]))
  for (let more = true; more && wanted.size > 0;) {
    const request = encodeBlocksRequest({ epoch, refs: [...wanted.values()] })
    // oxlint-disable-next-line no-await-in-loop -- each answer says what is left
    const answer: Answer = await network.request(peer, protocols.blocks, request)
    for (const item of answer.items) {
      const block = parseBlock(item)
      if (!wanted.delete(block.digest)) throw unasked('block')
      take(block)
    }
    more = answer.more && answer.items.length > 0
  }
}

/**
 * Asks `peer` for commits. Undefined when it has none of them.
 * @throws `CONSENSUS_FRAME`, `CONSENSUS_ANSWER` for what an honest peer never answers.
 */
export async function askCommits(
  network: Network,
  peer: Peer,
  epoch: number,
  range: { readonly from: number; readonly to: number },
): Promise<CommitsAnswer | undefined> {
  const items: CommitsItem[] = []
  let { to } = range
  let bytes = 0
  for (let more = true; more;) {
    const request = encodeCommitsRequest({ epoch, from: range.from, to, skip: items.length })
    // oxlint-disable-next-line no-await-in-loop -- each answer says what is left
    const answer: Answer = await network.request(peer, protocols.commits, request)
    for (const item of answer.items) {
      bytes += item.length
      if (bytes > limits.syncBytesMost.value) throw unasked('bytes')
      items.push(decodeCommitsItem(item))
    }
    const [end] = items
    if (end === undefined) return undefined
    if (end.kind !== 'end' || end.index < range.from || end.index > range.to) throw unasked('range')
    to = end.index
    more = answer.more
    if (more && answer.items.length === 0) return undefined
  }
  return assemble(items.slice(1))
}

/** Whether the peer that answered is to blame, rather than the link. */
export function isBlame(error: unknown): boolean {
  return isFault(error, 'CONSENSUS_FRAME', 'CONSENSUS_ANSWER')
}

/** Undefined for an answer that ends before its headers: the peer could not go on. */
function assemble(items: readonly CommitsItem[]): CommitsAnswer | undefined {
  const commits: Commit[] = []
  const blocks: Block[] = []
  const headers: Header[] = []
  let parts: Uint8Array[] = []
  for (const item of items) {
    if (item.kind === 'end') throw unasked('end')
    if (item.kind === 'part') parts.push(item.bytes)
    else if (item.kind === 'commit') {
      commits.push(decodeCommit(concat(...parts, item.bytes)))
      parts = []
    } else if (item.kind === 'block') blocks.push(parseBlock(item.bytes))
    else headers.push(decodeHeader(item.bytes))
  }
  if (parts.length > 0) throw malformed(parts[0] ?? new Uint8Array(0))
  return headers.length === 0 ? undefined : { commits, blocks, headers }
}

function unasked(what: string): Fault<{ code: 'CONSENSUS_ANSWER'; what: string }> {
  return new Fault({ code: 'CONSENSUS_ANSWER', what })
}
