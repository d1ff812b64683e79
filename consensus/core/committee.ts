import { equal, Fault } from '#base'

import { limits } from '../limits.ts'
import type { Digest } from './block.ts'
import { committeeRoot } from './hashes.ts'
import type { Member } from './member.ts'

/**
 * The validators of one epoch. A member's place is its author index. With total stake S, up to
 * f = ⌊(S − 1) / 3⌋ may be faulty; S − f is a quorum, f + 1 holds at least one honest member.
 */
export class Committee {
  readonly epoch: number
  readonly members: readonly Member[]
  readonly total: bigint
  readonly faulty: bigint
  readonly quorum: bigint
  readonly validity: bigint
  /** sha256 of its SSZ. */
  readonly root: Digest
  readonly #byPeer: ReadonlyMap<string, number>

  /** Throws `CONSENSUS_COMMITTEE`. */
  constructor(epoch: number, members: readonly Member[]) {
    if (members.length === 0 || members.length > limits.committee.value) {
      throw new Fault({ code: 'CONSENSUS_COMMITTEE', members: members.length })
    }
    this.epoch = epoch
    this.members = members
    this.total = members.reduce((sum, { stake }) => sum + stake, 0n)
    if (members.some(({ stake }) => stake <= 0n) || this.total >= 2n ** 64n) {
      throw new Fault(
        { code: 'CONSENSUS_COMMITTEE', stake: this.total },
        'stakes are positive and below 2^64 in all',
      )
    }
    this.faulty = (this.total - 1n) / 3n
    this.quorum = this.total - this.faulty
    this.validity = this.faulty + 1n
    this.root = committeeRoot(epoch, members)
    this.#byPeer = new Map(members.map(({ peerId }, author) => [peerId, author]))
  }

  get size(): number {
    return this.members.length
  }

  /** Zero for an index that is nobody's. */
  stakeOf(author: number): bigint {
    return this.members[author]?.stake ?? 0n
  }

  /** Of distinct authors, however often one is named. */
  stakeOfAll(authors: Iterable<number>): bigint {
    let stake = 0n
    for (const author of new Set(authors)) stake += this.stakeOf(author)
    return stake
  }

  peerOf(author: number): string | undefined {
    return this.members[author]?.peerId
  }

  /** The author index of who signs with this key. */
  placeOf(publicKey: Uint8Array): number | undefined {
    const place = this.members.findIndex((member) => equal(member.publicKey, publicKey))
    return place < 0 ? undefined : place
  }

  authorOf(peerId: string): number | undefined {
    return this.#byPeer.get(peerId)
  }

  /**
   * The largest value that authors with stake `threshold` reach together: with the quorum as
   * threshold, what a quorum has at least.
   */
  reachedBy(values: ReadonlyMap<number, number>, threshold: bigint): number | undefined {
    let stake = 0n
    for (const [author, value] of [...values].toSorted(([, a], [, b]) => b - a)) {
      stake += this.stakeOf(author)
      if (stake >= threshold) return value
    }
    return undefined
  }
}

/** A set of authors that knows its stake. */
export class StakeSet {
  readonly #committee: Committee
  readonly #authors = new Set<number>()
  #stake = 0n

  constructor(committee: Committee) {
    this.#committee = committee
  }

  get stake(): bigint {
    return this.#stake
  }

  /** Ascending. */
  get members(): readonly number[] {
    return [...this.#authors].toSorted((a, b) => a - b)
  }

  add(author: number): void {
    if (this.#authors.has(author)) return
    this.#authors.add(author)
    this.#stake += this.#committee.stakeOf(author)
  }

  has(author: number): boolean {
    return this.#authors.has(author)
  }
}
