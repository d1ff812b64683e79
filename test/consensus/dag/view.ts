import type { DagBlock } from '../../../consensus/core/block.ts'
import type { Decision, OrderedCommit } from '../../../consensus/core/commit.ts'
import type { Committee } from '../../../consensus/core/committee.ts'
import { Committer } from '../../../consensus/core/committer.ts'
import { Dag } from '../../../consensus/core/dag.ts'
import { beforeFirst, Linearizer } from '../../../consensus/core/linearizer.ts'
import { type CommitRules, commitRules } from '../../../consensus/core/rules.ts'
import { Schedule } from '../../../consensus/core/schedule.ts'
import type { Constants } from '../../../consensus/parameters.ts'

const closing = '11'.repeat(32)

/** One validator's eyes: what it accepted, and what it made of that. */
export class View {
  readonly dag: Dag
  readonly schedule: Schedule
  readonly committer: Committer
  readonly linearizer: Linearizer
  readonly decisions: Decision[] = []
  readonly commits: OrderedCommit[] = []

  constructor(committee: Committee, constants: Constants, rules: CommitRules = commitRules) {
    this.dag = new Dag(committee)
    this.schedule = new Schedule(committee, closing, constants)
    this.committer = new Committer(this.dag, this.schedule, 0, rules)
    this.linearizer = new Linearizer(this.dag, constants, beforeFirst(0), rules)
  }

  accept(...blocks: readonly DagBlock[]): this {
    for (const block of blocks) this.dag.insert(block)
    return this
  }

  decide(): this {
    for (let one = this.committer.next(); one !== undefined; one = this.committer.next()) {
      this.decisions.push(one)
      if (one.block === undefined) continue
      const commit = this.linearizer.commit(one.block)
      this.commits.push(commit)
      if (this.schedule.observe(commit.commit)) this.committer.rescheduled()
      this.committer.forget(this.dag.prune(this.linearizer.garbageRound))
    }
    return this
  }
}
