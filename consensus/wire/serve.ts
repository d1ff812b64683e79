/** The questions about blocks and commits, answered. */
import type { Committee } from '../core/committee.ts'
import type { Peer } from '../core/events.ts'
import { encodeCommit } from '../core/ssz.ts'
import { limits } from '../limits.ts'
import type { RequestHandler } from '../ports.ts'
import type { DagStore } from '../store/dag-store.ts'
import {
  type CommitsItem,
  decodeBlocksRequest,
  decodeCommitsRequest,
  encodeCommitsItem,
  protocols,
} from './frames.ts'
import type { Library } from './library.ts'
import { type CertifiedRange, Ranges } from './ranges.ts'

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
  const ranges = new Ranges(init)
  return {
    id: protocols.commits,
    traffic: 'sync',
    cost: limits.commitsCost.value,
    async *answer(bytes, { peer }) {
      const request = init.read(peer, () => decodeCommitsRequest(bytes))
      if (request.epoch !== init.dag.epoch) return
      const range = await ranges.find(request.from, request.to)
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

/** @param isSkipped Whether the next item is one that the asker has: then it is not read. */
async function* itemsOf(
  { dag, library }: ServeInit,
  { from, to, headers }: CertifiedRange,
  isSkipped: () => boolean,
): AsyncGenerator<CommitsItem | undefined> {
  yield { kind: 'end', index: to }
  for (let index = from; index <= to; index++) {
    const stored = dag.commit(index)
    // Retention may have come by.
    if (stored === undefined) {
      yield undefined
      return
    }
    yield* partsOf(encodeCommit(stored.commit))
    for (const ref of stored.commit.blocks) {
      // oxlint-disable-next-line no-await-in-loop -- one block in memory at a time
      const bytes = isSkipped() ? undefined : await library.find(ref)
      yield bytes === undefined ? undefined : { kind: 'block', bytes }
    }
  }
  for (const bytes of headers) yield { kind: 'header', bytes }
}

function* partsOf(commit: Uint8Array): Generator<CommitsItem> {
  const size = limits.part.value
  for (let at = 0; at < commit.length; at += size) {
    const kind = at + size < commit.length ? 'part' : 'commit'
    yield { kind, bytes: commit.subarray(at, at + size) }
  }
}
