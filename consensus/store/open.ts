/** What is on disk when a node starts, and what that means for its right to sign. */
import { Fault, isFault } from '#base'
import type { Store } from '#storage'

import type { Block, BlockRef, Digest } from '../core/block.ts'
import { commitDigest } from '../core/hashes.ts'
import { type CommitRecord, nothing, type Restored } from '../core/restored.ts'
import { unhexed } from '../core/ssz.ts'
import { DagStore } from './dag-store.ts'
import {
  blockRange,
  commitRange,
  decodeRef,
  highestRange,
  networkKey,
  orderRanges,
  refOfKey,
} from './keys.ts'
import {
  decodeStoredBlock,
  decodeStoredCommit,
  noFacts,
  type SigningFacts,
  type StoredBlock,
  type StoredCommit,
} from './records.ts'
import { damaged, seal, unseal } from './seal.ts'

export interface OpenInit {
  readonly store: Store
  /** G. */
  readonly genesisHash: Digest
  readonly epoch: number
  /** Of the validator; undefined for a follower. */
  readonly publicKey: Uint8Array | undefined
  readonly gcDepth: number
  /** Told of each damaged record that is not needed. */
  readonly lost?: (fault: Fault) => void
}

/**
 * `intact`: begun for this key, nothing known to be lost. `unbegun`: nothing of this key. `damaged`:
 * a record is torn, corrupted or missing. A validator signs at once after the first alone.
 */
type Condition =
  | { readonly name: 'intact' | 'unbegun' }
  | { readonly name: 'damaged'; readonly fault: Fault }

export interface Opened {
  readonly dag: DagStore
  readonly condition: Condition
  /** Without what execution has. */
  readonly restored: Restored
}

/**
 * Reads the epoch. What is damaged is forgotten whole, floors apart where they can be read: the
 * order is then taken over from others.
 *
 * @throws `CONSENSUS_STORE_NETWORK` for the folder of another network.
 */
export async function openDagStore(init: OpenInit): Promise<Opened> {
  const { store, epoch, publicKey } = init
  const dag = new DagStore(store, epoch, publicKey, init.lost)
  try {
    await claim(store, init.genesisHash)
    const facts = dag.readFacts()
    const restored = await readOrder(dag, facts, init.gcDepth)
    const isIntact = facts.hasBegun || publicKey === undefined
    return { dag, condition: { name: isIntact ? 'intact' : 'unbegun' }, restored }
  } catch (error) {
    if (!isFault(error) || !isDamage(error)) throw error
    await name(store, init.genesisHash)
    return forget(dag, error)
  }
}

/** The order of the epoch does not hold together, found by whoever read it. */
export async function forget(dag: DagStore, fault: Fault): Promise<Opened> {
  const { hasBegun: _, own: __, ...floors } = factsOrNone(dag)
  const facts = { ...noFacts, ...floors }
  await dag.sign(facts)
  for (const range of orderRanges(dag.epoch)) await dag.remove(range)
  dag.resume(facts, undefined, [])
  const { floor, attestFloor, muteRound, hasForgotten } = facts
  const restored = { ...nothing, floor, attestFloor, muteRound, hasForgotten }
  return { dag, condition: { name: 'damaged', fault }, restored }
}

/**
 * Reads what is still to be executed: where the chain is far behind the order, that begins below what
 * `openDagStore` reads.
 *
 * @param executed Index of the last commit that is in the chain.
 * @throws What `isDamage` knows.
 */
export async function checkUnexecuted(dag: DagStore, executed: number): Promise<void> {
  let before: number | undefined
  for await (const [key, value] of dag.entries(commitRange(dag.epoch, executed + 1))) {
    const { index, blocks } = decodeStoredCommit(value).commit
    const isNext = before === undefined || index === before + 1
    if (!isNext) throw damaged(key, 'the commit before it is missing')
    for (const ref of blocks) {
      if (dag.blockBytes(ref) === undefined) throw damaged(key, 'a block is missing')
    }
    before = index
  }
}

/** Whether the order of the epoch is lost by it. */
export function isDamage(fault: Fault): boolean {
  return ['CONSENSUS_STORE_DAMAGED', 'CONSENSUS_RECORD', 'CONSENSUS_FRAME', 'RLP'].some((code) =>
    fault.code.startsWith(code),
  )
}

function factsOrNone(dag: DagStore): SigningFacts {
  try {
    return dag.readFacts()
  } catch (error) {
    if (isFault(error)) return noFacts
    throw error
  }
}

async function claim(store: Store, genesisHash: Digest): Promise<void> {
  const known = store.get(networkKey)
  if (known === undefined) return name(store, genesisHash)
  const found = unseal(networkKey, known).toHex()
  if (found !== genesisHash) {
    throw new Fault(
      { code: 'CONSENSUS_STORE_NETWORK', found, expected: genesisHash },
      'the folder belongs to another network: give it its own data folder',
    )
  }
  return undefined
}

/** Writes down which network the store is of. */
function name(store: Store, genesisHash: Digest): Promise<void> {
  const value = seal(networkKey, unhexed(genesisHash))
  return store.write([{ type: 'put', key: networkKey, value }], { sync: true })
}

async function readOrder(dag: DagStore, facts: SigningFacts, gcDepth: number): Promise<Restored> {
  const commits = await readCommits(dag, gcDepth)
  const last = commits.at(-1)
  const garbageRound = Math.max(0, (last?.commit.leader.round ?? 0) - gcDepth)
  const blocks = await readBlocks(dag, garbageRound + 1)
  checkWhole(commits, blocks, garbageRound)
  const highest: Block[] = []
  const refs: BlockRef[] = []
  for await (const [key, value] of dag.entries(highestRange(dag.epoch))) {
    const ref = decodeRef(value)
    const stored = dag.block(ref)
    if (stored === undefined) throw damaged(key, 'the block is missing')
    highest.push(stored.block)
    refs.push(ref)
  }
  const { own: ownRef, floor, attestFloor, muteRound, hasBegun, hasForgotten } = facts
  const own = ownRef === undefined ? undefined : dag.block(ownRef)?.block
  if (ownRef !== undefined && own === undefined) {
    throw new Fault({ code: 'CONSENSUS_STORE_DAMAGED', record: 'own', reason: 'missing' })
  }
  dag.resume(facts, last, refs)
  return {
    ...nothing,
    hasBegun,
    hasForgotten,
    floor,
    attestFloor,
    muteRound,
    own,
    blocks,
    highest,
    commits: commits.map(recordOf),
  }
}

/** The last commit and those before it with a leader above its garbage round, ascending. */
async function readCommits(dag: DagStore, gcDepth: number): Promise<readonly StoredCommit[]> {
  const found: StoredCommit[] = []
  for await (const [key, value] of dag.entries({ ...commitRange(dag.epoch), reverse: true })) {
    const stored = decodeStoredCommit(value)
    const after = found.at(-1)
    if (after !== undefined) {
      const follows = after.commit.previous === commitDigest(stored.commit)
      if (!follows) throw damaged(key, 'not the commit before the next one')
      const garbageRound = (found[0]?.commit.leader.round ?? 0) - gcDepth
      if (stored.commit.leader.round <= garbageRound) break
    }
    found.push(stored)
  }
  return found.toReversed()
}

async function readBlocks(dag: DagStore, from: number): Promise<readonly StoredBlock[]> {
  const blocks: StoredBlock[] = []
  for await (const [key, value] of dag.entries(blockRange(dag.epoch, from))) {
    const stored = decodeStoredBlock(value)
    if (stored.block.digest !== refOfKey(key).digest) throw damaged(key, 'another block')
    blocks.push(stored)
  }
  return blocks
}

/** Every ancestor and every committed block above the garbage round is there. */
function checkWhole(
  commits: readonly StoredCommit[],
  blocks: readonly StoredBlock[],
  garbageRound: number,
): void {
  const known = new Set(blocks.map(({ block }) => block.digest))
  const named = [
    ...commits.flatMap(({ commit }) => commit.blocks),
    ...blocks.flatMap(({ block }) => block.ancestors),
  ]
  for (const { round, digest } of named) {
    if (round > garbageRound && round > 0 && !known.has(digest)) {
      throw new Fault({ code: 'CONSENSUS_STORE_DAMAGED', record: digest, reason: 'missing' })
    }
  }
}

function recordOf({ commit, schedule }: StoredCommit): CommitRecord {
  return { commit, digest: commitDigest(commit), schedule }
}
