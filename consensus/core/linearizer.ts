/**
 * From committed leaders to one order of blocks.
 *
 * @see PIP-0007 "Order"
 */
import type { Constants } from '../parameters.ts'
import { type BlockRef, type DagBlock, type Digest, refOf, zeroDigest } from './block.ts'
import type { Commit, OrderedCommit } from './commit.ts'
import type { Dag } from './dag.ts'
import { commitDigest, orderRank } from './hashes.ts'
import { type CommitRules, commitRules } from './rules.ts'

export interface LastCommit {
  readonly index: number
  readonly digest: Digest
  readonly leaderRound: number
  readonly timestampMs: number
}

/** Before the first commit of an epoch. */
export function beforeFirst(epochStartMs: number): LastCommit {
  return { index: 0, digest: zeroDigest, leaderRound: 0, timestampMs: epochStartMs }
}

export class Linearizer<B extends DagBlock = DagBlock> {
  readonly #dag: Dag<B>
  readonly #constants: Constants
  readonly #rules: CommitRules
  /** By round: what is committed, and whose slot has had its transactions. */
  readonly #done = new Map<
    number,
    { readonly digests: Set<Digest>; readonly authors: Set<number> }
  >()
  #last: LastCommit

  constructor(
    dag: Dag<B>,
    constants: Constants,
    last: LastCommit,
    rules: CommitRules = commitRules,
  ) {
    this.#dag = dag
    this.#constants = constants
    this.#last = last
    this.#rules = rules
  }

  get last(): LastCommit {
    return this.#last
  }

  /** What is not committed up to this round never will be. */
  get garbageRound(): number {
    return this.#garbageRound(this.#last.leaderRound)
  }

  isCommitted({ round, digest }: BlockRef): boolean {
    return this.#done.get(round)?.digests.has(digest) ?? false
  }

  /** `block` was committed before this process began; whether its slot is new. */
  mark({ author, round, digest }: BlockRef): boolean {
    let done = this.#done.get(round)
    if (done === undefined) {
      done = { digests: new Set(), authors: new Set() }
      this.#done.set(round, done)
    }
    const isFirst = !done.authors.has(author)
    done.digests.add(digest)
    done.authors.add(author)
    return isFirst
  }

  /** Orders what `leader` adds to the commits before it. */
  commit(leader: B): OrderedCommit<B> {
    const blocks = this.#order(leader)
    const yielding: number[] = []
    for (const [place, block] of blocks.entries()) if (this.mark(block)) yielding.push(place)
    const commit: Commit = {
      epoch: this.#dag.committee.epoch,
      index: this.#last.index + 1,
      previous: this.#last.digest,
      leader: refOf(leader),
      timestampMs: Math.max(this.#last.timestampMs, this.#medianTime(leader)),
      blocks: blocks.map((block) => refOf(block)),
    }
    const digest = commitDigest(commit)
    const { index, timestampMs } = commit
    this.#last = { index, digest, leaderRound: leader.round, timestampMs }
    for (const round of this.#done.keys()) if (round <= this.garbageRound) this.#done.delete(round)
    return { commit, digest, blocks, yielding }
  }

  #garbageRound(leaderRound: number): number {
    return this.#rules.garbageRound(leaderRound, this.#dag.highestRound, this.#constants.gcDepth)
  }

  /** Uncommitted ancestors of `leader` above the garbage round of the commit before, and itself. */
  #order(leader: B): readonly B[] {
    const garbageRound = this.#garbageRound(this.#last.leaderRound)
    const seen = new Set<Digest>([leader.digest])
    const pending = [leader]
    const found: { readonly block: B; readonly rank: Digest }[] = []
    for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
      found.push({ block, rank: orderRank(leader.digest, block.author) })
      for (const ref of block.ancestors) {
        if (ref.round <= garbageRound || seen.has(ref.digest) || this.isCommitted(ref)) continue
        seen.add(ref.digest)
        const ancestor = this.#dag.get(ref.digest)
        if (ancestor !== undefined) pending.push(ancestor)
      }
    }
    found.sort((a, b) => a.block.round - b.block.round || order(a.rank, b.rank) || byDigest(a, b))
    return found.map(({ block }) => block)
  }

  /** The stake-weighted median over the leader's parents. */
  #medianTime(leader: B): number {
    const { committee } = this.#dag
    const times = [...leader.parents].flatMap(([author, digest]) => {
      const block = this.#dag.get(digest)
      return block === undefined
        ? []
        : [{ time: block.timestampMs, stake: committee.stakeOf(author) }]
    })
    const total = times.reduce((sum, { stake }) => sum + stake, 0n)
    let passed = 0n
    for (const { time, stake } of times.toSorted((a, b) => a.time - b.time)) {
      passed += stake
      if (passed * 2n >= total) return time
    }
    return this.#last.timestampMs
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function byDigest(a: { readonly block: DagBlock }, b: { readonly block: DagBlock }): number {
  return order(a.block.digest, b.block.digest)
}
