import type { Block, Digest } from './block.ts'
import type { CommittedBlocks } from './commit.ts'

/** Whether there is anything to order, execute or make final: rounds slow down when there is not. */
export class Workload {
  readonly #ordering = new Map<Digest, number>()
  #isPoolWaiting = false
  #busyCommit = 0
  #busyHeight = 0
  #executedCommit: number

  constructor(executedCommit: number) {
    this.#executedCommit = executedCommit
  }

  get isPoolWaiting(): boolean {
    return this.#isPoolWaiting
  }

  get executedCommit(): number {
    return this.#executedCommit
  }

  isIdle(finalized: number): boolean {
    const isExecuted = this.#executedCommit >= this.#busyCommit && finalized >= this.#busyHeight
    return !this.#isPoolWaiting && this.#ordering.size === 0 && isExecuted
  }

  pool(waiting: boolean): void {
    this.#isPoolWaiting = waiting
  }

  accepted({ digest, round, body }: Block): void {
    if (body.transactions.length > 0) this.#ordering.set(digest, round)
  }

  committed({ commit, blocks, yielding }: CommittedBlocks): void {
    for (const { digest } of blocks) this.#ordering.delete(digest)
    const isBusy = yielding.some((place) => (blocks[place]?.body.transactions.length ?? 0) > 0)
    if (isBusy) this.#busyCommit = commit.index
  }

  /** @param height The highest that the commits up to `commit` came to. */
  executed(commit: number, height: number): void {
    this.#executedCommit = commit
    if (commit <= this.#busyCommit) this.#busyHeight = height
  }

  prune(garbageRound: number): void {
    for (const [digest, round] of this.#ordering) {
      if (round <= garbageRound) this.#ordering.delete(digest)
    }
  }
}
