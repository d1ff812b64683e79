import { limits } from '../limits.ts'
import type { CommitVote, Digest, Header } from './block.ts'
import { type Committee, StakeSet } from './committee.ts'

/** What headers with good signatures say about commits that this node has not made yet. */
export class CommitVotes {
  readonly #committee: Committee
  readonly #votes = new Map<number, Map<number, Digest>>()
  #own = 0
  #tip: CommitVote | undefined

  constructor(committee: Committee) {
    this.#committee = committee
  }

  /** The highest commit that a quorum voted for, if it is above the own ones. */
  get tip(): CommitVote | undefined {
    return this.#tip
  }

  observe({ core, commitVotes }: Pick<Header, 'core' | 'commitVotes'>): void {
    const fresh = commitVotes.filter(({ index }) => index > (this.#tip?.index ?? this.#own))
    if (fresh.length === 0) return
    let votes = this.#votes.get(core.author)
    if (votes === undefined) this.#votes.set(core.author, (votes = new Map()))
    for (const { index, digest } of fresh) if (!votes.has(index)) votes.set(index, digest)
    while (votes.size > limits.votesPerAuthor.value) {
      votes.delete([...votes.keys()].reduce((a, b) => Math.min(a, b)))
    }
    this.#count(fresh)
  }

  /** This node made the commit `index` itself. */
  committed(index: number): void {
    this.#own = index
    if (this.#tip !== undefined && this.#tip.index <= index) this.#tip = undefined
    for (const votes of this.#votes.values()) {
      for (const each of votes.keys()) if (each <= index) votes.delete(each)
    }
  }

  #count(fresh: readonly CommitVote[]): void {
    for (const { index, digest } of fresh) {
      const authors = new StakeSet(this.#committee)
      for (const [author, votes] of this.#votes) {
        if (votes.get(index) === digest) authors.add(author)
      }
      if (authors.stake >= this.#committee.quorum) this.#tip = { index, digest }
    }
  }
}
