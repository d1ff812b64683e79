import { Fault } from '#base'

import type { Constants } from '../parameters.ts'
import type { Block } from './block.ts'
import type { Commit, CommittedBlocks, Decision } from './commit.ts'
import { Committer } from './committer.ts'
import type { Dag } from './dag.ts'
import { beforeFirst, type LastCommit, Linearizer } from './linearizer.ts'
import type { CommitRecord } from './restored.ts'
import { Schedule, type ScheduleState } from './schedule.ts'
import type { Epoch } from './validity.ts'

/** A commit as it is made, with what the leader schedule became by it. */
export interface Step {
  readonly decision: Decision<Block>
  readonly commit: CommittedBlocks | undefined
  readonly schedule: ScheduleState
}

/** From accepted blocks to commits: the commit rule, the schedule and the linear order together. */
export class Order {
  readonly schedule: Schedule
  readonly #dag: Dag<Block>
  readonly #committer: Committer<Block>
  readonly #linearizer: Linearizer<Block>

  /** @param commits Those with a leader above the garbage round, ascending. */
  constructor(
    epoch: Epoch,
    constants: Constants,
    dag: Dag<Block>,
    commits: readonly CommitRecord[],
  ) {
    const last = commits.at(-1)
    this.#dag = dag
    this.schedule = new Schedule(epoch.committee, epoch.closing, constants, last?.schedule)
    this.#committer = new Committer(dag, this.schedule, last?.commit.leader.round)
    const before = last === undefined ? beforeFirst(epoch.startMs) : lastCommit(last)
    this.#linearizer = new Linearizer(dag, constants, before)
    for (const { commit } of commits) {
      for (const ref of commit.blocks) {
        if (ref.round > this.garbageRound) this.#linearizer.mark(ref)
      }
    }
  }

  get last(): LastCommit {
    return this.#linearizer.last
  }

  get garbageRound(): number {
    return this.#linearizer.garbageRound
  }

  /** The next decision that the DAG has come to. */
  next(): Step | undefined {
    const decision = this.#committer.next()
    if (decision === undefined) return undefined
    return this.#take(decision)
  }

  /**
   * Makes a commit that others certified, whose blocks are in the DAG.
   * @throws `CONSENSUS_COMMIT_MISMATCH` when this node derives another.
   */
  adopt(commit: Commit, digest: string): Step {
    const { round, author } = commit.leader
    const block = this.#dag.get(commit.leader.digest)
    const step = this.#take({ round, leader: author, block, direct: false })
    if (step.commit?.digest !== digest) {
      throw new Fault(
        { code: 'CONSENSUS_COMMIT_MISMATCH', index: commit.index },
        'the quorum orders otherwise than this node would: update it, or compare with other operators',
      )
    }
    this.#committer.resume(round)
    return step
  }

  /** Lets go of everything up to the garbage round. */
  prune(): void {
    this.#committer.forget(this.#dag.prune(this.garbageRound))
  }

  #take(decision: Decision<Block>): Step {
    if (decision.block === undefined) {
      return { decision, commit: undefined, schedule: this.schedule.state }
    }
    const commit = this.#linearizer.commit(decision.block)
    if (this.schedule.observe(commit.commit)) this.#committer.rescheduled()
    return { decision, commit, schedule: this.schedule.state }
  }
}

function lastCommit({ commit, digest }: CommitRecord): LastCommit {
  const { index, leader, timestampMs } = commit
  return { index, digest, leaderRound: leader.round, timestampMs }
}
