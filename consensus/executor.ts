import { Fault } from '#base'

import type { ExecAttestation } from './core/block.ts'
import type { CommittedBlocks } from './core/commit.ts'
import { limits } from './limits.ts'
import type { Execution } from './ports.ts'

interface ExecutorInit {
  readonly execution: Execution
  /** The last commit that is executed. */
  readonly executed: number
  /** The last commit that is durable. */
  readonly committed: number
  /** A durable commit. */
  readonly read: (index: number) => CommittedBlocks | undefined
  readonly done: (commit: number, heights: readonly ExecAttestation[]) => void
  readonly failed: (error: unknown) => void
}

/**
 * Has durable commits executed, one at a time in their order. A few wait in memory, the others on
 * disk, so ordering may run ahead as far as it likes.
 */
export class Executor {
  readonly #init: ExecutorInit
  readonly #waiting = new Map<number, CommittedBlocks>()
  #executed: number
  #committed: number
  #isRunning = false
  #work: Promise<void> = Promise.resolve()
  #state: 'running' | 'halted' | 'failed' = 'running'

  constructor(init: ExecutorInit) {
    this.#init = init
    this.#executed = init.executed
    this.#committed = init.committed
  }

  get state(): 'running' | 'halted' | 'failed' {
    return this.#state
  }

  get executed(): number {
    return this.#executed
  }

  /** Takes up what is durable. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#work = this.#run()
  }

  /** A commit became durable. */
  add(commit: CommittedBlocks): void {
    const { index } = commit.commit
    this.#committed = Math.max(this.#committed, index)
    const isNear = this.#waiting.size < limits.commitsInMemory.value
    if (isNear && index > this.#executed) this.#waiting.set(index, commit)
    this.start()
  }

  /** Nothing is executed after the commit under way. */
  halt(): void {
    if (this.#state === 'running') this.#state = 'halted'
  }

  /** Resolves when nothing is being executed. */
  idle(): Promise<void> {
    return this.#work
  }

  async #run(): Promise<void> {
    try {
      while (this.#state === 'running' && this.#executed < this.#committed) {
        const index = this.#executed + 1
        const commit = this.#waiting.get(index) ?? this.#init.read(index)
        this.#waiting.delete(index)
        if (commit === undefined) {
          throw new Fault({ code: 'CONSENSUS_COMMIT_MISSING', index })
        }
        // oxlint-disable-next-line no-await-in-loop -- in order
        const heights = await this.#init.execution.execute(commit)
        this.#executed = index
        this.#init.done(index, heights)
      }
    } catch (error) {
      this.#state = 'failed'
      this.#init.failed(error)
    } finally {
      this.#isRunning = false
    }
  }
}
