import { limits } from '../limits.ts'
import { type Block, type BlockRef, type Digest, refOf } from './block.ts'
import type { Peer } from './events.ts'
import { sizeOf } from './ssz.ts'

interface Suspended {
  readonly block: Block
  readonly missing: Set<Digest>
}

interface Load {
  blocks: number
  bytes: number
}

/** A block that others wait for. */
export interface Wanted {
  readonly ref: BlockRef
  /** Who sent the first block that waits for it. */
  readonly from: Peer
  /** Author of the first block that waits for it. */
  readonly by: number
}

/**
 * Blocks with good signatures whose ancestors are not all here, bounded by author: nobody can fill
 * another's share, since that takes the other's signature.
 */
export class Suspension {
  readonly #blocks = new Map<Digest, Suspended>()
  readonly #waiting = new Map<Digest, Set<Digest>>()
  readonly #wanted = new Map<Digest, Wanted>()
  readonly #load = new Map<number, Load>()
  /** How many are wanted for each author's blocks. */
  readonly #novelty = new Map<number, number>()
  readonly #novel: number

  /** @param members Of the committee. */
  constructor(members: number) {
    this.#novel = Math.max(limits.wantedBlocks.value, limits.wantedRounds.value * members)
  }

  get size(): number {
    return this.#blocks.size
  }

  /** Everything that is asked for, in the order in which it was first missed. */
  get wanted(): ReadonlyMap<Digest, Wanted> {
    return this.#wanted
  }

  has(digest: Digest): boolean {
    return this.#blocks.has(digest)
  }

  get(digest: Digest): Block | undefined {
    return this.#blocks.get(digest)?.block
  }

  /** Whether some block waits for this one. */
  isWanted(digest: Digest): boolean {
    return this.#waiting.has(digest)
  }

  /** Whether the author's share has room; that of blocks which others wait for is larger. */
  hasRoom(block: Block, missing: readonly BlockRef[]): boolean {
    const share = this.isWanted(block.digest) ? limits.suspendedShare.value : 1
    const load = this.#load.get(block.author) ?? { blocks: 0, bytes: 0 }
    return (
      load.blocks < share * limits.suspendedRounds.value &&
      load.bytes + sizeOf(block) <= share * limits.suspendedBytes.value &&
      this.#wantedFor(block.author) + missing.filter((ref) => this.#isNew(ref)).length <=
        share * this.#novel
    )
  }

  add(block: Block, missing: readonly BlockRef[], from: Peer): void {
    this.#blocks.set(block.digest, {
      block,
      missing: new Set(missing.map(({ digest }) => digest)),
    })
    const load = this.#load.get(block.author) ?? { blocks: 0, bytes: 0 }
    load.blocks++
    load.bytes += sizeOf(block)
    this.#load.set(block.author, load)
    for (const ref of missing) {
      const waiting = this.#waiting.get(ref.digest)
      if (waiting === undefined) this.#waiting.set(ref.digest, new Set([block.digest]))
      else waiting.add(block.digest)
      if (this.#isNew(ref)) this.#want({ ref: refOf(ref), from, by: block.author })
    }
    this.#unwant(block.digest)
    this.#attribute(missing, from)
  }

  #isNew({ digest }: BlockRef): boolean {
    return !this.#blocks.has(digest) && !this.#wanted.has(digest)
  }

  #wantedFor(author: number): number {
    return this.#novelty.get(author) ?? 0
  }

  #want(wanted: Wanted): void {
    this.#wanted.set(wanted.ref.digest, wanted)
    this.#novelty.set(wanted.by, this.#wantedFor(wanted.by) + 1)
  }

  #unwant(digest: Digest): void {
    const wanted = this.#wanted.get(digest)
    if (wanted === undefined) return
    this.#wanted.delete(digest)
    const left = this.#wantedFor(wanted.by) - 1
    if (left === 0) this.#novelty.delete(wanted.by)
    else this.#novelty.set(wanted.by, left)
  }

  /** Who sent a block has its whole history: what all of that waits for is asked of it. */
  #attribute(missing: readonly BlockRef[], from: Peer): void {
    const seen = new Set<Digest>()
    const pending = missing.map(({ digest }) => digest)
    for (let digest = pending.pop(); digest !== undefined; digest = pending.pop()) {
      if (seen.has(digest)) continue
      seen.add(digest)
      const wanted = this.#wanted.get(digest)
      if (wanted !== undefined) this.#wanted.set(digest, { ...wanted, from })
      pending.push(...(this.#blocks.get(digest)?.missing ?? []))
    }
  }

  /** `digest` is accepted: the blocks that waited for nothing else. */
  resolve(digest: Digest): readonly Block[] {
    this.#unwant(digest)
    const ready: Block[] = []
    for (const waiting of this.#waiting.get(digest) ?? []) {
      const suspended = this.#blocks.get(waiting)
      if (suspended === undefined) continue
      suspended.missing.delete(digest)
      if (suspended.missing.size > 0) continue
      this.#remove(suspended.block)
      ready.push(suspended.block)
    }
    this.#waiting.delete(digest)
    return ready
  }

  /** `digest` came in by another way: it waits no longer. */
  release(digest: Digest): void {
    const suspended = this.#blocks.get(digest)
    if (suspended === undefined) return
    for (const missing of suspended.missing) this.#forgetWaiting(missing, digest)
    this.#remove(suspended.block)
  }

  /** Drops blocks of rounds up to `garbageRound`; the others that no longer wait for anything. */
  prune(garbageRound: number): readonly Block[] {
    const gone: Digest[] = []
    for (const { block } of this.#blocks.values()) {
      if (block.round > garbageRound) continue
      this.release(block.digest)
      gone.push(block.digest)
    }
    for (const [digest, { ref }] of this.#wanted) if (ref.round <= garbageRound) gone.push(digest)
    return gone.flatMap((digest) => this.resolve(digest))
  }

  #remove(block: Block): void {
    this.#blocks.delete(block.digest)
    const load = this.#load.get(block.author)
    if (load === undefined) return
    load.blocks--
    load.bytes -= sizeOf(block)
    if (load.blocks === 0) this.#load.delete(block.author)
  }

  #forgetWaiting(digest: Digest, waiting: Digest): void {
    const all = this.#waiting.get(digest)
    all?.delete(waiting)
    if (all?.size !== 0) return
    this.#waiting.delete(digest)
    this.#unwant(digest)
  }
}
