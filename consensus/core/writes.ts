import type { Block, Digest, Header } from './block.ts'
import type { CommittedBlocks } from './commit.ts'
import type { Effect, StoreRecord } from './effects.ts'
import type { Step } from './order.ts'

/** What becomes true when a batch is durable. */
export interface Landed {
  readonly own: Block | undefined
  readonly commits: readonly CommittedBlocks[]
  /** The floor with which a recovery ends. */
  readonly floor: number | undefined
}

interface Batch {
  own: Block | undefined
  commits: CommittedBlocks[]
  floor: number | undefined
}

/**
 * Collects what one step wants written into one batch. Every accepted block that is not on disk yet
 * goes along, so what is on disk is downward closed and holds the history of the own block (W1) and
 * of every commit (W2).
 */
export class Writes {
  readonly #pending = new Map<number, Landed>()
  readonly #blocks = new Map<Digest, StoreRecord>()
  #records: StoreRecord[] = []
  #batch: Batch = { own: undefined, commits: [], floor: undefined }
  #token = 0

  accepted(block: Block, verified: boolean): void {
    this.#blocks.set(block.digest, { type: 'block', block, verified })
  }

  own(block: Block, attestFloor: number): void {
    this.#batch.own = block
    this.#records.push(
      { type: 'own', block },
      { type: 'floor', floor: block.round },
      { type: 'attestFloor', height: attestFloor },
    )
  }

  committed({ commit, schedule }: Step, votes: readonly Header[]): void {
    if (commit === undefined) return
    this.#batch.commits.push(commit)
    this.#records.push({ type: 'commit', commit, schedule, votes })
  }

  recovered(floor: number): void {
    this.#batch.floor = floor
    this.#records.push({ type: 'floor', floor }, { type: 'recovered', muteRound: floor })
  }

  /** The batch of this step, if it has one. Blocks alone wait for the next that needs them. */
  flush(): Effect | undefined {
    if (this.#records.length === 0) return undefined
    const token = ++this.#token
    const records = [...this.#blocks.values(), ...this.#records]
    this.#pending.set(token, this.#batch)
    this.#blocks.clear()
    this.#records = []
    this.#batch = { own: undefined, commits: [], floor: undefined }
    return { type: 'persist', token, records }
  }

  /** What `token` and everything before it made true, in order. */
  landed(token: number): readonly Landed[] {
    const landed: Landed[] = []
    for (const [each, batch] of this.#pending) {
      if (each > token) break
      this.#pending.delete(each)
      landed.push(batch)
    }
    return landed
  }
}
