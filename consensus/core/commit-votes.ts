import { limits } from '../limits.ts'
import type { CommitVote, Digest, Header } from './block.ts'
import { type Committee, StakeSet } from './committee.ts'

/** A commit, and headers with good signatures of a quorum that voted for it. */
export interface CertifiedCommit extends CommitVote {
  readonly headers: readonly Header[]
}

interface Vote {
  readonly digest: Digest
  readonly header: Header
}

/** What headers with good signatures say about commits that this node has not made yet. */
export class CommitVotes {
  readonly #committee: Committee
  /** By author and index, above the tip. */
  readonly #votes = new Map<number, Map<number, Vote>>()
  #own = 0
  #tip: CertifiedCommit | undefined

  constructor(committee: Committee) {
    this.#committee = committee
  }

  /** The highest commit that a quorum voted for, if it is above the own ones. */
  get tip(): CertifiedCommit | undefined {
    return this.#tip
  }

  observe(header: Header): void {
    const { core, commitVotes } = header
    const fresh = commitVotes.filter(({ index }) => index > (this.#tip?.index ?? this.#own))
    if (fresh.length === 0) return
    let votes = this.#votes.get(core.author)
    if (votes === undefined) this.#votes.set(core.author, (votes = new Map()))
    for (const { index, digest } of fresh) {
      if (!votes.has(index)) votes.set(index, { digest, header })
    }
    while (votes.size > limits.votesPerAuthor.value) {
      votes.delete([...votes.keys()].reduce((a, b) => Math.min(a, b)))
    }
    this.#count(fresh)
  }

  /** This node made the commit `index` itself. */
  committed(index: number): void {
    this.#own = index
    if (this.#tip !== undefined && this.#tip.index <= index) this.#tip = undefined
    this.#forget(index)
  }

  #count(fresh: readonly CommitVote[]): void {
    for (const { index, digest } of fresh) {
      const authors = new StakeSet(this.#committee)
      const headers: Header[] = []
      for (const [author, votes] of this.#votes) {
        const vote = votes.get(index)
        if (vote?.digest !== digest) continue
        authors.add(author)
        headers.push(vote.header)
      }
      if (authors.stake < this.#committee.quorum) continue
      this.#tip = { index, digest, headers }
    }
    if (this.#tip !== undefined) this.#forget(this.#tip.index)
  }

  #forget(index: number): void {
    for (const votes of this.#votes.values()) {
      for (const each of votes.keys()) if (each <= index) votes.delete(each)
    }
  }
}
