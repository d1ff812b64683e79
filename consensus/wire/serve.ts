import { type Committee, StakeSet } from '../core/committee.ts'
/** The questions about blocks and commits, answered. */
import type { Peer } from '../core/events.ts'
import { commitDigest } from '../core/hashes.ts'
import { decodeBlock, encodeCommit, encodeHeader } from '../core/ssz.ts'
import { limits } from '../limits.ts'
import type { RequestHandler } from '../ports.ts'
import type { DagStore } from '../store/dag-store.ts'
import type { StoredCommit, StoredVote } from '../store/records.ts'
import {
  type CommitsItem,
  type CommitsRequest,
  decodeBlocksRequest,
  decodeCommitsRequest,
  encodeCommitsItem,
  protocols,
} from './frames.ts'
import type { Library } from './library.ts'

export interface ServeInit {
  readonly dag: DagStore
  readonly committee: Committee
  readonly library: Library
  /** Reads a request; what it throws was `peer`'s doing. */
  readonly read: <Request>(peer: Peer, decode: () => Request) => Request
}

export function blocksHandler({ dag, library, read }: ServeInit): RequestHandler {
  return {
    id: protocols.blocks,
    traffic: 'sync',
    async *answer(request, { peer }) {
      const { epoch, refs } = read(peer, () => decodeBlocksRequest(request))
      if (epoch !== dag.epoch) return
      for (const ref of refs) {
        // oxlint-disable-next-line no-await-in-loop -- one block in memory at a time
        const bytes = await library.find(ref)
        if (bytes !== undefined) yield bytes
      }
    },
  }
}

export function commitsHandler(init: ServeInit): RequestHandler {
  return {
    id: protocols.commits,
    traffic: 'sync',
    async *answer(bytes, { peer }) {
      const request = init.read(peer, () => decodeCommitsRequest(bytes))
      if (request.epoch !== init.dag.epoch) return
      const range = await certifiedRange(init, request)
      if (range === undefined) return
      let left = request.skip
      for await (const item of itemsOf(init, range, () => left > 0)) {
        if (left > 0) left--
        else if (item === undefined) return
        else yield encodeCommitsItem(item)
      }
    },
  }
}

interface CertifiedRange {
  readonly commits: readonly StoredCommit[]
  /** Blocks that vote for the last commit. */
  readonly votes: readonly StoredVote[]
}

/**
 * The commits of `request` up to one that a quorum voted for: the farthest within the bytes of an
 * answer, or else the first.
 */
async function certifiedRange(
  { dag, committee }: ServeInit,
  { from, to }: CommitsRequest,
): Promise<CertifiedRange | undefined> {
  const votes = await votesByIndex(dag, from, to)
  const before = dag.commit(from - 1)?.totalBytes
  const commits: StoredCommit[] = []
  let range: CertifiedRange | undefined
  for (let index = from; index <= to; index++) {
    const stored = dag.commit(index)
    if (stored === undefined) break
    commits.push(stored)
    const bytes = stored.totalBytes - (before ?? commits[0]?.totalBytes ?? 0)
    if (range !== undefined && bytes > limits.syncBytes.value) break
    const digest = commitDigest(stored.commit)
    const voters = new StakeSet(committee)
    const good = (votes.get(index) ?? []).filter((vote) => vote.digest === digest)
    for (const { ref } of good) voters.add(ref.author)
    if (voters.stake >= committee.quorum) range = { commits: [...commits], votes: good }
  }
  return range
}

async function votesByIndex(
  dag: DagStore,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, readonly StoredVote[]>> {
  const votes = new Map<number, StoredVote[]>()
  for await (const { index, ...vote } of dag.votes(from, to)) {
    const others = votes.get(index)
    if (others === undefined) votes.set(index, [vote])
    else others.push(vote)
  }
  return votes
}

/** @param isSkipped Whether the next item is one that the asker has: then it is not read. */
async function* itemsOf(
  { library }: ServeInit,
  { commits, votes }: CertifiedRange,
  isSkipped: () => boolean,
): AsyncGenerator<CommitsItem | undefined> {
  yield { kind: 'end', index: commits.at(-1)?.commit.index ?? 0 }
  for (const { commit } of commits) {
    yield* partsOf(encodeCommit(commit))
    for (const ref of commit.blocks) {
      // oxlint-disable-next-line no-await-in-loop -- one block in memory at a time
      const bytes = isSkipped() ? undefined : await library.find(ref)
      yield bytes === undefined ? undefined : { kind: 'block', bytes }
    }
  }
  for (const { ref } of votes) {
    // oxlint-disable-next-line no-await-in-loop -- one block in memory at a time
    const bytes = await library.find(ref)
    if (bytes !== undefined)
      yield { kind: 'header', bytes: encodeHeader(decodeBlock(bytes).header) }
  }
}

function* partsOf(commit: Uint8Array): Generator<CommitsItem> {
  const size = limits.part.value
  for (let at = 0; at < commit.length; at += size) {
    const kind = at + size < commit.length ? 'part' : 'commit'
    yield { kind, bytes: commit.subarray(at, at + size) }
  }
}
