import type { StoreRecord } from './core/effects.ts'
import { limits } from './limits.ts'
import type { DagStore } from './store/dag-store.ts'

interface Batch {
  readonly token: number
  readonly records: readonly StoreRecord[]
}

/**
 * Writes batches in the order of their tokens. Those that arrive while one is being written go to
 * disk together, in one sync.
 */
export class Journal {
  readonly #dag: DagStore
  readonly #landed: (token: number, records: readonly StoreRecord[]) => void
  readonly #failed: (error: unknown) => void
  #waiting: Batch[] = []
  #isWriting = false
  #work: Promise<void> = Promise.resolve()

  /** @param landed What is up to `token` is durable. */
  constructor(
    dag: DagStore,
    landed: (token: number, records: readonly StoreRecord[]) => void,
    failed: (error: unknown) => void,
  ) {
    this.#dag = dag
    this.#landed = landed
    this.#failed = failed
  }

  add(batch: Batch): void {
    this.#waiting.push(batch)
    if (this.#isWriting) return
    this.#isWriting = true
    this.#work = this.#write()
  }

  /** Resolves at once, or when a disk that is far behind has caught up. */
  async room(): Promise<void> {
    if (this.#waiting.length >= limits.journalBatches.value) await this.#work
  }

  /** Forgets what is not being written yet. */
  halt(): void {
    this.#waiting = []
  }

  /** Resolves when nothing is being written. */
  idle(): Promise<void> {
    return this.#work
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batches = this.#waiting
        this.#waiting = []
        // oxlint-disable-next-line no-await-in-loop -- in order
        await this.#dag.write(batches.map(({ records }) => records))
        const token = batches.at(-1)?.token ?? 0
        this.#landed(
          token,
          batches.flatMap(({ records }) => records),
        )
      }
    } catch (error) {
      this.#waiting = []
      this.#failed(error)
    } finally {
      this.#isWriting = false
    }
  }
}
