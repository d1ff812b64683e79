/**
 * The commit rule of Mysticeti-C with a skip rule per candidate, as in Starfish. A leader's block is
 * voted for by blocks of the next round that have it as a parent; a block one round later that has a
 * quorum of such voters among its parents certifies it; a quorum of certifying authors commits it.
 *
 * @see arXiv 2310.14821, algorithm 3
 * @see PIP-0007 "Commit rule"
 */
import { Fault } from '#base'

import type { DagBlock, Digest } from './block.ts'
import type { Decision } from './commit.ts'
import type { Dag } from './dag.ts'
import { type CommitRules, commitRules } from './rules.ts'
import type { Schedule } from './schedule.ts'

export class Committer<B extends DagBlock = DagBlock> {
  readonly #dag: Dag<B>
  readonly #schedule: Schedule
  readonly #rules: CommitRules
  readonly #decided = new Map<number, Decision<B>>()
  /** By certifying block and certified author: what it certifies. */
  readonly #certified = new Map<Digest, Map<number, Digest | undefined>>()
  #last: number

  /** @param last The last round that is decided already. */
  constructor(dag: Dag<B>, schedule: Schedule, last = 0, rules: CommitRules = commitRules) {
    this.#dag = dag
    this.#schedule = schedule
    this.#last = last
    this.#rules = rules
  }

  /** The next round in order, once it is decided. */
  next(): Decision<B> | undefined {
    const decision = this.#decided.get(this.#last + 1) ?? this.#look()
    if (decision === undefined) return undefined
    this.#decided.delete(decision.round)
    this.#last = decision.round
    return decision
  }

  /** Goes on after `round`, which was decided elsewhere. */
  resume(round: number): void {
    this.#last = round
    this.#decided.clear()
  }

  /** The schedule above the last round has changed. */
  rescheduled(): void {
    if (this.#rules.forgetsAtSwitch) this.#decided.clear()
  }

  /** Blocks with these digests are gone from the DAG. */
  forget(digests: readonly Digest[]): void {
    for (const digest of digests) this.#certified.delete(digest)
  }

  #look(): Decision<B> | undefined {
    const top = this.#dag.highestRound - 1
    for (let round = top; round > this.#last; round--) {
      if (this.#decided.has(round)) continue
      const decision = this.#decideDirectly(round) ?? this.#decideIndirectly(round, top)
      if (decision !== undefined) this.#decided.set(round, decision)
    }
    return this.#decided.get(this.#last + 1)
  }

  #decideDirectly(round: number): Decision<B> | undefined {
    const { committee } = this.#dag
    const leader = this.#schedule.leader(round)
    const candidates = this.#dag.slot(round, leader)
    const voters = this.#dag.round(round + 1)
    const stake = (blocks: readonly B[]) => this.#rules.stake(committee, blocks)
    const against = (candidate: B) =>
      stake(voters.filter(({ parents }) => parents.get(leader) !== candidate.digest))
    if (
      stake(voters) >= this.#rules.skip(committee) &&
      candidates.every((candidate) => against(candidate) >= this.#rules.skip(committee))
    ) {
      return { round, leader, block: undefined, direct: true }
    }
    const above = this.#dag.round(round + 2)
    const committed = candidates.filter(
      ({ digest }) =>
        stake(above.filter((block) => this.#certifies(block, leader) === digest)) >=
        this.#rules.commit(committee),
    )
    return this.#decision(round, committed, true)
  }

  #decideIndirectly(round: number, top: number): Decision<B> | undefined {
    const anchor = this.#anchor(round, top)
    if (anchor === undefined) return undefined
    const leader = this.#schedule.leader(round)
    const certificates = this.#history(anchor, round + 2)
    const committed = this.#dag
      .slot(round, leader)
      .filter(({ digest }) =>
        certificates.some((block) => this.#certifies(block, leader) === digest),
      )
    if (committed.length > 0) return this.#decision(round, committed, false)
    return { round, leader, block: undefined, direct: false }
  }

  /** The first committed leader that is high enough to decide `round`. */
  #anchor(round: number, top: number): B | undefined {
    for (let above = round + this.#rules.anchorDistance; above <= top; above++) {
      const decision = this.#decided.get(above)
      if (decision === undefined) {
        if (this.#rules.waitsForAnchor) return undefined
      } else if (decision.block !== undefined) return decision.block
    }
    return undefined
  }

  /** One candidate at most can be certified, or more than f stake is faulty. */
  #decision(round: number, [block, other]: readonly B[], direct: boolean): Decision<B> | undefined {
    if (block === undefined) return undefined
    const leader = this.#schedule.leader(round)
    if (other !== undefined) {
      throw new Fault(
        { code: 'CONSENSUS_TWO_LEADERS', round, leader },
        'more validators equivocate than the protocol tolerates: stop and compare with other operators',
      )
    }
    return { round, leader, block, direct }
  }

  /** The block of `leader`, two rounds below `block`, that `block` certifies. */
  #certifies(block: B, leader: number): Digest | undefined {
    let known = this.#certified.get(block.digest)
    if (known === undefined) this.#certified.set(block.digest, (known = new Map()))
    if (!known.has(leader)) known.set(leader, this.#count(block, leader))
    return known.get(leader)
  }

  #count(block: B, leader: number): Digest | undefined {
    const { committee } = this.#dag
    const votes = new Map<Digest, bigint>()
    for (const [author, parent] of block.parents) {
      const vote = this.#dag.get(parent)?.parents.get(leader)
      if (vote === undefined) continue
      const stake = (votes.get(vote) ?? 0n) + committee.stakeOf(author)
      votes.set(vote, stake)
      if (stake >= this.#rules.certificate(committee)) return vote
    }
    return undefined
  }

  /** The blocks of `round` among the ancestors of `anchor`. */
  #history(anchor: B, round: number): readonly B[] {
    const seen = new Set<Digest>([anchor.digest])
    const found: B[] = []
    const pending = [anchor]
    for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
      if (block.round === round) found.push(block)
      for (const ancestor of block.ancestors) {
        if (ancestor.round < round || seen.has(ancestor.digest)) continue
        seen.add(ancestor.digest)
        const known = this.#dag.get(ancestor.digest)
        if (known !== undefined) pending.push(known)
      }
    }
    return found
  }
}
