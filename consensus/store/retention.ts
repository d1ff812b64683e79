/** Lets go of commits and blocks that are older than others may still ask for. */
import type { Log } from '#base'

import { limits } from '../limits.ts'
import type { DagStore, Extent } from './dag-store.ts'
import { blockRange, commitRange, refOfKey, voteRange } from './keys.ts'

const dayMs = 86_400_000
/** Commits between two looks. */
const every = 64

export interface Retained {
  readonly commits: number
  /** Of blocks. */
  readonly bytes: number
  /** At the pace of what is retained; undefined while that spans no time. */
  readonly bytesPerDay: number | undefined
}

export class Retention {
  readonly #dag: DagStore
  readonly #gcDepth: number
  readonly #log: Log
  readonly #milliseconds: number
  #first: Extent | undefined
  #running: Promise<void> | undefined
  #isHalted = false

  /** @param milliseconds Of committed time; infinite for an archive. */
  constructor(
    dag: DagStore,
    gcDepth: number,
    log: Log,
    milliseconds: number = limits.retention.value,
  ) {
    this.#dag = dag
    this.#gcDepth = gcDepth
    this.#log = log
    this.#milliseconds = milliseconds
  }

  get retained(): Retained {
    const first = this.#first
    const { last } = this.#dag
    if (first === undefined || last === undefined) {
      return { commits: 0, bytes: 0, bytesPerDay: undefined }
    }
    const commits = last.index - first.index + 1
    const bytes = last.totalBytes - first.totalBytes
    const span = last.timestampMs - first.timestampMs
    return { commits, bytes, bytesPerDay: span > 0 ? (bytes * dayMs) / span : undefined }
  }

  async open(): Promise<void> {
    this.#first = await this.#dag.first()
  }

  /**
   * The commit `index` is durable.
   * @param executed Commits above it are still needed here.
   */
  committed(index: number, executed: number): void {
    if (this.#first === undefined) this.#running ??= this.#end(this.open())
    else if (index % every === 0) this.#running ??= this.#end(this.prune(executed))
  }

  halt(): void {
    this.#isHalted = true
  }

  async idle(): Promise<void> {
    await this.#running
  }

  /** Removes what is out of date; how many records went. */
  async prune(executed: number): Promise<number> {
    const { last } = this.#dag
    if (last === undefined || this.#isHalted) return 0
    const kept = this.#firstKept(last, Math.min(executed, last.index - 1))
    const from = this.#first?.index ?? 1
    if (kept === undefined || kept.index <= from) return 0
    const { epoch } = this.#dag
    const before = this.#dag.commit(kept.index - 1)
    const garbageRound = (before?.commit.leader.round ?? 0) - this.#gcDepth
    let removed = 0
    if (garbageRound > 0) {
      const blocks = blockRange(epoch, 0, garbageRound)
      removed += await this.#dag.remove(blocks, (key) => !this.#dag.isPinned(refOfKey(key)))
    }
    removed += await this.#dag.remove(voteRange(epoch, 0, kept.index - 1))
    removed += await this.#dag.remove(commitRange(epoch, 0, kept.index - 1))
    this.#first = kept
    return removed
  }

  /** The oldest commit within the time to keep; not above `most` + 1. */
  #firstKept(last: Extent, most: number): Extent | undefined {
    const since = last.timestampMs - this.#milliseconds
    let low = this.#first?.index ?? 1
    let high = most + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const timestampMs = this.#dag.commit(middle)?.commit.timestampMs ?? since
      if (timestampMs >= since) high = middle
      else low = middle + 1
    }
    return this.#dag.extent(low)
  }

  async #end(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      // Consensus goes on without it, but the disk fills.
      this.#log.warn('what is out of date could not be removed: tried again', { error })
    } finally {
      this.#running = undefined
    }
  }
}
