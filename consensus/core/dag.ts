import { Fault } from '#base'

import type { BlockRef, DagBlock, Digest } from './block.ts'
import { type Committee, StakeSet } from './committee.ts'

interface Round<B> {
  /** Blocks in the order of acceptance; more than one where the author equivocated. */
  readonly slots: Map<number, B[]>
  readonly authors: StakeSet
}

/**
 * The accepted blocks above the garbage round. Downward closed: with a block it holds all of the
 * block's ancestors above the garbage round, so its growth does not depend on the order of arrival.
 */
export class Dag<B extends DagBlock = DagBlock> {
  readonly committee: Committee
  readonly #blocks = new Map<Digest, B>()
  readonly #rounds = new Map<number, Round<B>>()
  readonly #latest = new Map<number, B>()
  #garbageRound = 0
  #highestRound = 0
  #quorumRound = 0

  constructor(committee: Committee) {
    this.committee = committee
  }

  get size(): number {
    return this.#blocks.size
  }

  /** Blocks up to it are gone; those of round 0 are virtual and never here. */
  get garbageRound(): number {
    return this.#garbageRound
  }

  get highestRound(): number {
    return this.#highestRound
  }

  /** The highest round in which a quorum has a block. */
  get quorumRound(): number {
    return this.#quorumRound
  }

  get(digest: Digest): B | undefined {
    return this.#blocks.get(digest)
  }

  has(digest: Digest): boolean {
    return this.#blocks.has(digest)
  }

  slot(round: number, author: number): readonly B[] {
    return this.#rounds.get(round)?.slots.get(author) ?? []
  }

  round(round: number): readonly B[] {
    return [...(this.#rounds.get(round)?.slots.values() ?? [])].flat()
  }

  /** Of the distinct authors with a block of `round`. */
  stakeAt(round: number): bigint {
    return this.#rounds.get(round)?.authors.stake ?? 0n
  }

  /** The first accepted of the author's highest round, unless it is gone. */
  latest(author: number): B | undefined {
    return this.#latest.get(author)
  }

  /** The ancestors that are wanting for `block` to be accepted. */
  missing(block: DagBlock): readonly BlockRef[] {
    return block.ancestors.filter(
      ({ round, digest }) => round > this.#garbageRound && !this.#blocks.has(digest),
    )
  }

  /** Throws `CONSENSUS_NOT_CLOSED` when an ancestor is wanting. */
  insert(block: B): void {
    const { author, round, digest } = block
    if (this.#blocks.has(digest) || round <= this.#garbageRound) return
    if (this.missing(block).length > 0) {
      throw new Fault({ code: 'CONSENSUS_NOT_CLOSED', author, round, digest })
    }
    this.#blocks.set(digest, block)
    const at = this.#roundAt(round)
    const slot = at.slots.get(author)
    if (slot === undefined) at.slots.set(author, [block])
    else slot.push(block)
    at.authors.add(author)
    const latest = this.#latest.get(author)
    if (latest === undefined || latest.round < round) this.#latest.set(author, block)
    if (round > this.#highestRound) this.#highestRound = round
    if (round > this.#quorumRound && at.authors.stake >= this.committee.quorum) {
      this.#quorumRound = round
    }
  }

  /** Drops everything up to `garbageRound`; gives the digests that went. */
  prune(garbageRound: number): readonly Digest[] {
    const gone: Digest[] = []
    if (garbageRound <= this.#garbageRound) return gone
    for (const round of [...this.#rounds.keys()].filter((each) => each <= garbageRound)) {
      gone.push(...this.round(round).map(({ digest }) => digest))
      this.#rounds.delete(round)
    }
    for (const digest of gone) this.#blocks.delete(digest)
    for (const [author, { round }] of this.#latest) {
      if (round <= garbageRound) this.#latest.delete(author)
    }
    this.#garbageRound = garbageRound
    return gone
  }

  #roundAt(round: number): Round<B> {
    const known = this.#rounds.get(round)
    if (known !== undefined) return known
    const fresh = { slots: new Map<number, B[]>(), authors: new StakeSet(this.committee) }
    this.#rounds.set(round, fresh)
    return fresh
  }
}
