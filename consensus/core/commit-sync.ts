import { isFault } from '#base'

import { limits } from '../limits.ts'
import type { Parameters } from '../parameters.ts'
import type { Block, BlockRef, CommitVote, Digest, Header } from './block.ts'
import type { CertifiedCommit } from './commit-votes.ts'
import type { Commit } from './commit.ts'
import { StakeSet } from './committee.ts'
import type { Dag } from './dag.ts'
import type { Effect } from './effects.ts'
import type { Event, Peer } from './events.ts'
import { commitDigest, headerDigest, signedKey } from './hashes.ts'
import { checkBlock, checkHeader, type Epoch } from './validity.ts'

export type CommitsEvent = Extract<Event, { readonly type: 'commits' }>

interface Request {
  readonly peer: Peer
  readonly due: number
}

interface Answer {
  readonly commits: readonly Commit[]
  readonly blocks: ReadonlyMap<Digest, Block>
  readonly last: CommitVote
  /** Headers whose signatures are being verified, by key. */
  readonly waiting: Map<Digest, Header>
  readonly voters: StakeSet
  /** Those of the voters. */
  readonly headers: Header[]
}

/** Commits to take over as they are. */
export interface Certified {
  readonly commits: readonly Commit[]
  readonly blocks: ReadonlyMap<Digest, Block>
  /** Of a quorum that votes for the last one, with good signatures: others will ask for them. */
  readonly headers: readonly Header[]
}

/**
 * Takes over commits that this node missed. A range of them is believed when each names the one
 * before, the first follows the own last one, and a quorum voted for the last in signed headers.
 *
 * @see PIP-0007 "Catching up"
 */
export class CommitSync {
  readonly #epoch: Epoch
  readonly #genesis: readonly BlockRef[]
  readonly #dag: Dag<Block>
  readonly #self: number | undefined
  readonly #parameters: Parameters
  readonly #emit: (effect: Effect) => void
  #request: Request | undefined
  #answer: Answer | undefined
  #attempts = 0
  /** Commits in a request: fewer, when an answer was not through in time. */
  #range: number = limits.commitRange.value

  constructor(
    epoch: Epoch,
    genesis: readonly BlockRef[],
    dag: Dag<Block>,
    self: number | undefined,
    parameters: Parameters,
    emit: (effect: Effect) => void,
  ) {
    this.#epoch = epoch
    this.#genesis = genesis
    this.#dag = dag
    this.#self = self
    this.#parameters = parameters
    this.#emit = emit
  }

  get wake(): number | undefined {
    return this.#request?.due
  }

  /** Asks for what is wanting up to `tip`, if the node is far enough behind. */
  tick(now: number, own: number, tip: CommitVote | undefined, patience: number): void {
    if (this.#request !== undefined && this.#request.due > now) return
    if (tip === undefined || tip.index <= own + this.#parameters.commitLag) {
      this.#request = undefined
      return
    }
    if (this.#request !== undefined) this.#range = Math.max(1, Math.floor(this.#range / 2))
    const peer = this.#peer()
    if (peer === undefined) return
    this.#answer = undefined
    this.#request = { peer, due: now + 4 * patience }
    const to = Math.min(tip.index, own + this.#range)
    this.#emit({ type: 'fetchCommits', peer, from: own + 1, to })
  }

  /** Looks at an answer; what it proves at once, or undefined while signatures are being verified. */
  receive(
    { from, commits, blocks, headers }: CommitsEvent,
    own: CommitVote,
    tip: CertifiedCommit | undefined,
  ): Certified | undefined {
    if (this.#request?.peer !== from || this.#answer !== undefined) return undefined
    // The node may have made some of them by itself meanwhile.
    const wanting = commits.filter(({ index }) => index > own.index)
    // An answer to an earlier question, from before a restart, may be about others.
    if (wanting[0]?.index !== own.index + 1) return this.#giveUp()
    const last = this.#chain(wanting, own)
    const byDigest = new Map(blocks.map((block) => [block.digest, block]))
    if (last === undefined || !this.#isGenuine(commits, byDigest)) return this.#reject(from)
    if (!this.#isWhole(wanting, byDigest)) return this.#giveUp()
    const voters = new StakeSet(this.#epoch.committee)
    const answer = {
      commits: wanting,
      blocks: byDigest,
      last,
      waiting: new Map<Digest, Header>(),
      voters,
      headers: [],
    }
    this.#answer = answer
    const isTip = tip?.index === last.index && tip.digest === last.digest
    if (isTip) return this.#accept(answer, tip.headers)
    this.#verify(answer, headers)
    return answer.waiting.size === 0 ? this.#giveUp() : undefined
  }

  /** A verdict on one of the headers of the answer. */
  verified(key: Digest, valid: boolean): Certified | undefined {
    const answer = this.#answer
    const header = answer?.waiting.get(key)
    if (answer === undefined || header === undefined) return undefined
    answer.waiting.delete(key)
    if (valid) {
      answer.voters.add(header.core.author)
      answer.headers.push(header)
    }
    if (answer.voters.stake >= this.#epoch.committee.quorum) {
      return this.#accept(answer, answer.headers)
    }
    return answer.waiting.size === 0 ? this.#giveUp() : undefined
  }

  /** The last of `commits` if they follow `own` without a gap. */
  #chain(commits: readonly Commit[], own: CommitVote): CommitVote | undefined {
    if (commits.length > limits.commitRange.value) return undefined
    let last = own
    for (const commit of commits) {
      const follows = commit.index === last.index + 1 && commit.previous === last.digest
      if (!follows || commit.epoch !== this.#epoch.committee.epoch) return undefined
      last = { index: commit.index, digest: commitDigest(commit) }
    }
    return last
  }

  /** Whether every block that came along is named by a commit, and valid. */
  #isGenuine(commits: readonly Commit[], blocks: ReadonlyMap<Digest, Block>): boolean {
    const named = new Set(commits.flatMap((commit) => commit.blocks.map(({ digest }) => digest)))
    return [...blocks.values()].every(
      (block) =>
        named.has(block.digest) &&
        this.#passes(() => checkBlock(block, this.#epoch, this.#genesis)),
    )
  }

  /** Whether every block that a commit names is here or came along. */
  #isWhole(commits: readonly Commit[], blocks: ReadonlyMap<Digest, Block>): boolean {
    return commits
      .flatMap((commit) => [commit.leader, ...commit.blocks])
      .every(({ digest }) => this.#dag.has(digest) || blocks.has(digest))
  }

  #verify(answer: Answer, headers: readonly Header[]): void {
    const authors = new Set<number>()
    for (const header of headers) {
      const { author } = header.core
      const votes = header.commitVotes.some(
        ({ index, digest }) => index === answer.last.index && digest === answer.last.digest,
      )
      if (!votes || authors.has(author)) continue
      if (!this.#passes(() => checkHeader(header, this.#epoch, this.#genesis))) continue
      authors.add(author)
      const { signature } = header
      const digest = headerDigest(header.core)
      const key = signedKey(digest, signature)
      answer.waiting.set(key, header)
      this.#emit({ type: 'verify', key, author, digest, signature })
    }
  }

  #passes(check: () => void): boolean {
    try {
      check()
      return true
    } catch (error) {
      if (isFault(error)) return false
      throw error
    }
  }

  #accept({ commits, blocks }: Answer, headers: readonly Header[]): Certified {
    this.#request = undefined
    this.#answer = undefined
    this.#attempts = 0
    this.#range = Math.min(limits.commitRange.value, 2 * this.#range)
    return { commits, blocks, headers }
  }

  #reject(peer: Peer): undefined {
    this.#emit({ type: 'penalise', peer, offence: 'commits' })
    return this.#giveUp()
  }

  /** An honest peer may not have the votes either: the next one is asked. */
  #giveUp(): undefined {
    this.#answer = undefined
    this.#request = undefined
  }

  #peer(): Peer | undefined {
    const { members } = this.#epoch.committee
    const others = members.keys().filter((author) => author !== this.#self)
    const peers = [...others].map((author) => this.#epoch.committee.peerOf(author))
    return peers[this.#attempts++ % peers.length]
  }
}
