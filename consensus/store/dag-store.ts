/**
 * The DAG of one epoch on disk: what its validator signed, accepted blocks, commits, and who voted
 * for them. Batches are atomic, synced, and in the order in which they were given.
 *
 * @see PIP-0007 "Durability"
 */
import { type Fault, isFault } from '#base'
import { sha256 } from '#crypto'
import type { Change, Range, Store } from '#storage'

import {
  type Block,
  type BlockRef,
  type CommitVote,
  type Digest,
  type Header,
  refOf,
} from '../core/block.ts'
import type { CommittedBlocks } from '../core/commit.ts'
import type { StoreRecord } from '../core/effects.ts'
import { commitDigest } from '../core/hashes.ts'
import { limits } from '../limits.ts'
import {
  blockKey,
  commitKey,
  commitRange,
  highestKey,
  historyKey,
  ownCheckpointKey,
  checkpointKey,
  checkpointRange,
  encodeRef,
  refBytes,
  signingKey,
  voteKey,
  voteOf,
  voteRange,
} from './keys.ts'
import {
  decodeFacts,
  decodeStoredBlock,
  decodeStoredCommit,
  decodeVote,
  encodeFacts,
  encodeStoredBlock,
  encodeStoredCommit,
  encodeVote,
  noFacts,
  type SigningFacts,
  type StoredBlock,
  type StoredCommit,
  type StoredVote,
} from './records.ts'
import { damaged, seal, unseal } from './seal.ts'

/** Cumulative figures of a commit, for disk use. */
export interface Extent {
  readonly index: number
  readonly timestampMs: number
  readonly totalBytes: number
  readonly leaderRound: number
}

export class DagStore {
  readonly epoch: number
  readonly #store: Store
  readonly #signer: Digest | undefined
  readonly #lost: (fault: Fault) => void
  readonly #highest = new Map<number, BlockRef>()
  #facts: SigningFacts = noFacts
  #last: Extent | undefined
  #tail: Promise<void> = Promise.resolve()

  /**
   * @param publicKey Of the validator whose signing record this is; undefined for a follower.
   * @param lost Told of each damaged record that is not needed.
   */
  constructor(
    store: Store,
    epoch: number,
    publicKey: Uint8Array | undefined,
    lost: (fault: Fault) => void = () => {},
  ) {
    this.#store = store
    this.epoch = epoch
    this.#lost = lost
    this.#signer = publicKey === undefined ? undefined : signerName(publicKey)
  }

  get facts(): SigningFacts {
    return this.#facts
  }

  /** The last commit. */
  get last(): Extent | undefined {
    return this.#last
  }

  /** The highest block on disk that each author is known to have signed. */
  get tips(): readonly BlockRef[] {
    return [...this.#highest.values()].toSorted((a, b) => a.author - b.author)
  }

  /** Takes over what was found on disk. */
  resume(facts: SigningFacts, last: StoredCommit | undefined, highest: readonly BlockRef[]): void {
    this.#facts = facts
    this.#last = last === undefined ? undefined : extentOf(last)
    for (const ref of highest) this.#highest.set(ref.author, ref)
  }

  /** Reads the signing record. Throws `CONSENSUS_STORE_DAMAGED`. */
  readFacts(): SigningFacts {
    if (this.#signer === undefined) return noFacts
    const bytes = this.get(signingKey(this.epoch, this.#signer))
    return bytes === undefined ? noFacts : decodeFacts(bytes)
  }

  /** The own signature of a checkpoint, and the floor that forbids another, synced (W8). */
  signCheckpoint(height: number, message: Uint8Array): Promise<void> {
    return this.#enqueue(true, () => {
      this.#facts = { ...this.#facts, checkpointFloor: height }
      return [this.#put(ownCheckpointKey, message), ...this.#factChanges()]
    })
  }

  /** The last own one, as it is gossiped. */
  ownCheckpoint(): Uint8Array | undefined {
    return this.#getOrLose(ownCheckpointKey)
  }

  /** Changes the signing record, synced. */
  sign(change: Partial<SigningFacts>): Promise<void> {
    return this.#enqueue(true, () => {
      this.#facts = { ...this.#facts, ...change }
      return this.#factChanges()
    })
  }

  /** All of `batches`, one after the other, in one synced write. */
  write(batches: readonly (readonly StoreRecord[])[]): Promise<void> {
    return this.#enqueue(true, () => {
      const changes = batches.flat().flatMap((record) => this.#changesOf(record))
      return [...changes, ...this.#factChanges()]
    })
  }

  /** The signature of `block` has been looked at. */
  markVerified(block: Block): Promise<void> {
    return this.#enqueue(false, () => this.#blockChanges({ block, verified: true }))
  }

  saveCheckpoint(height: number, bytes: Uint8Array): Promise<void> {
    return this.#enqueue(true, () => [this.#put(checkpointKey(height), bytes)])
  }

  checkpoint(height: number): Uint8Array | undefined {
    return this.#getOrLose(checkpointKey(height))
  }

  async latestCheckpoint(): Promise<Uint8Array | undefined> {
    for await (const [key, sealed] of this.#store.entries({ ...checkpointRange, reverse: true })) {
      const value = this.#unsealOrLose(key, sealed)
      if (value !== undefined) return value
    }
    return undefined
  }

  saveHistory(bytes: Uint8Array): Promise<void> {
    return this.#enqueue(false, () => [this.#put(historyKey, bytes)])
  }

  history(): Uint8Array | undefined {
    return this.#getOrLose(historyKey)
  }

  /** The stored form of a block, see `travelling`. */
  blockBytes(ref: BlockRef): Uint8Array | undefined {
    return this.get(blockKey(this.epoch, ref))
  }

  /** Throws `CONSENSUS_STORE_DAMAGED`. */
  block(ref: BlockRef): StoredBlock | undefined {
    const key = blockKey(this.epoch, ref)
    const bytes = this.get(key)
    if (bytes === undefined) return undefined
    const stored = decodeStoredBlock(bytes)
    if (stored.block.digest !== ref.digest) throw damaged(key, 'another block')
    return stored
  }

  commit(index: number): StoredCommit | undefined {
    const bytes = this.get(commitKey(this.epoch, index))
    return bytes === undefined ? undefined : decodeStoredCommit(bytes)
  }

  extent(index: number): Extent | undefined {
    const stored = this.commit(index)
    return stored === undefined ? undefined : extentOf(stored)
  }

  /** A commit with its blocks; undefined when it is not kept. */
  committed(index: number): CommittedBlocks | undefined {
    const stored = this.commit(index)
    if (stored === undefined) return undefined
    const { commit, yielding } = stored
    const blocks = commit.blocks.flatMap((ref) => this.block(ref)?.block ?? [])
    if (blocks.length !== commit.blocks.length) return undefined
    return { commit, digest: commitDigest(commit), blocks, yielding }
  }

  /** For commits `from` up to `to`, inclusive; by ascending index, or descending with `reverse`. */
  async *votes(
    from: number,
    to: number,
    reverse = false,
  ): AsyncGenerator<StoredVote & { readonly index: number }> {
    const range = { ...voteRange(this.epoch, from, to), reverse }
    for await (const [key, sealed] of this.#store.entries(range)) {
      const value = this.#unsealOrLose(key, sealed)
      if (value === undefined) continue
      const { index, author } = voteOf(key)
      yield { index, ...decodeVote(value, author) }
    }
  }

  /** The oldest commit that can be read. */
  async first(): Promise<Extent | undefined> {
    for await (const [key, sealed] of this.#store.entries(commitRange(this.epoch))) {
      const value = this.#unsealOrLose(key, sealed)
      if (value !== undefined) return extentOf(decodeStoredCommit(value))
    }
    return undefined
  }

  /** Whether retention must spare it: the highest block of an author, or the own last one. */
  isPinned(ref: BlockRef): boolean {
    return (
      this.#highest.get(ref.author)?.digest === ref.digest || this.#facts.own?.digest === ref.digest
    )
  }

  /** Throws `CONSENSUS_STORE_DAMAGED`. */
  get(key: Uint8Array): Uint8Array | undefined {
    const sealed = this.#store.get(key)
    return sealed === undefined ? undefined : unseal(key, sealed)
  }

  /** Throws `CONSENSUS_STORE_DAMAGED`. */
  async *entries(range: Range): AsyncGenerator<readonly [Uint8Array, Uint8Array]> {
    for await (const [key, sealed] of this.#store.entries(range)) yield [key, unseal(key, sealed)]
  }

  /** Deletes, a batch at a time and not synced, what `condemns`; how many went. */
  async remove(range: Range, condemns: (key: Uint8Array) => boolean = () => true): Promise<number> {
    let removed = 0
    let batch: Change[] = []
    for await (const [key] of this.#store.entries(range)) {
      if (!condemns(key)) continue
      batch.push({ type: 'del', key })
      removed++
      if (batch.length < limits.pruneBatch.value) continue
      await this.#store.write(batch, { sync: false })
      batch = []
    }
    if (batch.length > 0) await this.#store.write(batch, { sync: false })
    return removed
  }

  /** As `get`, of what is made again, or had again from others: what is damaged counts as absent. */
  #getOrLose(key: Uint8Array): Uint8Array | undefined {
    const sealed = this.#store.get(key)
    return sealed === undefined ? undefined : this.#unsealOrLose(key, sealed)
  }

  #unsealOrLose(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    try {
      return unseal(key, sealed)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#lost(error)
      return undefined
    }
  }

  /** One write at a time; what it holds is settled when its turn comes. */
  #enqueue(sync: boolean, make: () => readonly Change[]): Promise<void> {
    const write = this.#tail.then(() => this.#store.write(make(), { sync }))
    this.#tail = write.catch(() => {})
    return write
  }

  #changesOf(record: StoreRecord): readonly Change[] {
    if (record.type === 'block') return this.#blockChanges(record)
    if (record.type === 'commit') return this.#commitChanges(record)
    this.#facts = learnt(this.#facts, record)
    if (record.type !== 'own') return []
    return this.#blockChanges({ block: record.block, verified: true })
  }

  #blockChanges({ block, verified }: StoredBlock): readonly Change[] {
    const { epoch } = this
    const changes = [this.#put(blockKey(epoch, block), encodeStoredBlock({ block, verified }))]
    const highest = this.#highest.get(block.author)
    if (highest === undefined || highest.round < block.round) {
      this.#highest.set(block.author, refOf(block))
      changes.push(this.#put(highestKey(epoch, block.author), encodeRef(block)))
    }
    if (!verified) return changes
    const last = this.#last?.index ?? 0
    for (const { index, digest } of block.header.commitVotes) {
      if (index > last + limits.voteWindow.value) continue
      changes.push(...this.#voteChanges(block, block.author, { index, digest }))
    }
    return changes
  }

  #voteChanges(by: BlockRef | Header, author: number, vote: CommitVote): readonly Change[] {
    const key = voteKey(this.epoch, vote.index, author)
    const known = this.#getOrLose(key)
    const isKnown = known !== undefined && decodeVote(known, author).digest === vote.digest
    return isKnown ? [] : [this.#put(key, encodeVote(by, vote.digest))]
  }

  #commitChanges({
    commit: { commit, digest, blocks, yielding },
    schedule,
    votes = [],
  }: Extract<StoreRecord, { readonly type: 'commit' }>): readonly Change[] {
    const bytes = blocks.reduce((sum, { header }) => sum + header.core.bodyBytes, 0)
    const headers = blocks.reduce((sum, block) => sum + headerSize(block), 0)
    const totalBytes = (this.#last?.totalBytes ?? 0) + bytes + headers
    this.#last = extentOf({ commit, totalBytes })
    const value = encodeStoredCommit({ commit, yielding }, schedule, totalBytes)
    const { index } = commit
    return [
      this.#put(commitKey(this.epoch, index), value),
      ...votes.flatMap((header) =>
        this.#voteChanges(header, header.core.author, { index, digest }),
      ),
    ]
  }

  #factChanges(): readonly Change[] {
    if (this.#signer === undefined) return []
    return [this.#put(signingKey(this.epoch, this.#signer), encodeFacts(this.#facts))]
  }

  #put(key: Uint8Array, value: Uint8Array): Change {
    return { type: 'put', key, value: seal(key, value) }
  }
}

type FactRecord = Exclude<StoreRecord, { readonly type: 'block' | 'commit' }>

function learnt(facts: SigningFacts, record: FactRecord): SigningFacts {
  if (record.type === 'own') return { ...facts, own: refOf(record.block), hasForgotten: false }
  if (record.type === 'floor') return { ...facts, floor: Math.max(facts.floor, record.floor) }
  if (record.type === 'recovered') {
    return { ...facts, hasBegun: true, hasForgotten: true, muteRound: record.muteRound }
  }
  return { ...facts, attestFloor: Math.max(facts.attestFloor, record.height) }
}

/** What names a validator's key in the store and in a file. */
export function signerName(publicKey: Uint8Array): Digest {
  return sha256(publicKey).toHex()
}

const entryBytes = 40

/** Of a block's SSZ without its body, and its key and seal. */
function headerSize({ header }: Block): number {
  const { ancestors, attestations, commitVotes, signature } = header
  const lists =
    refBytes * ancestors.length + entryBytes * (attestations.length + commitVotes.length)
  return 270 + lists + signature.length
}

function extentOf({ commit, totalBytes }: Pick<StoredCommit, 'commit' | 'totalBytes'>): Extent {
  const { index, timestampMs, leader } = commit
  return { index, timestampMs, totalBytes, leaderRound: leader.round }
}
