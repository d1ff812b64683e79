import type { Block, BlockRef, Body, Digest } from '../../consensus/core/block.ts'
import { type Content, headerCore, signedBlock } from '../../consensus/core/build.ts'
import { headerDigest } from '../../consensus/core/hashes.ts'
import { type Epoch, genesisRefs } from '../../consensus/core/validity.ts'
import { testSignature } from './world/world.ts'

const noBody: Body = { transactions: [] }

/** A block of `author` on all of round 0, as its author would sign it. */
export function testBlock(epoch: Epoch, changes: Partial<Content> = {}): Block {
  const author = changes.author ?? 0
  const genesis = genesisRefs(epoch)
  const content: Content = {
    author,
    round: 1,
    timestampMs: epoch.startMs + 100,
    ancestors: ownFirst(author, genesis),
    attestations: [],
    commitVotes: [],
    body: noBody,
    ...changes,
  }
  const core = headerCore(content, epoch)
  return signedBlock(content, core, testSignature(author, headerDigest(core)))
}

export function ownFirst(author: number, refs: readonly BlockRef[]): readonly BlockRef[] {
  return refs.toSorted((a, b) => Number(b.author === author) - Number(a.author === author))
}

/** Rounds 1 to `rounds` of `authors` (all), each block on all of the round before; by round and place. */
export function fullRounds(
  epoch: Epoch,
  rounds: number,
  authors: readonly number[] = [...epoch.committee.members.keys()],
): readonly (readonly Block[])[] {
  const all: Block[][] = []
  let before: readonly BlockRef[] = genesisRefs(epoch).filter(({ author }) =>
    authors.includes(author),
  )
  for (let round = 1; round <= rounds; round++) {
    const now = authors.map((author) =>
      testBlock(epoch, {
        author,
        round,
        timestampMs: epoch.startMs + round * 100,
        ancestors: ownFirst(author, before),
      }),
    )
    all.push(now)
    before = now
  }
  return all
}

/** The same block under a signature that is not its author's. */
export function forged(block: Block, byte = 1): Block {
  return { ...block, header: { ...block.header, signature: new Uint8Array(3309).fill(byte) } }
}

export function digestOf(value: number): Digest {
  return value.toString(16).padStart(64, '0')
}
