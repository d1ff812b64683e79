import type { Block, Digest, ExecAttestation, Header } from '../../../consensus/core/block.ts'
import type { Commit } from '../../../consensus/core/commit.ts'
import type { StoreRecord } from '../../../consensus/core/effects.ts'
import { type CommitRecord, nothing, type Restored } from '../../../consensus/core/restored.ts'

interface Stored {
  readonly block: Block
  readonly verified: boolean
}

interface Range {
  readonly commits: readonly Commit[]
  readonly blocks: readonly Block[]
  readonly headers: readonly Header[]
}

/** What a level store would hold: batches that are lost until they are synced. */
export class Disk {
  hasBegun = true
  #hasForgotten = false
  #floor = 0
  #attestFloor = 0
  #own: Block | undefined
  readonly #blocks = new Map<Digest, Stored>()
  readonly #commits: CommitRecord[] = []
  readonly #executed: ExecAttestation[] = []
  #unsynced: (readonly StoreRecord[])[] = []

  write(records: readonly StoreRecord[]): void {
    this.#unsynced.push(records)
  }

  /** The oldest batch becomes durable. */
  sync(_token: number): void {
    for (const record of this.#unsynced.shift() ?? []) this.#apply(record)
  }

  lose(): void {
    this.#unsynced = []
  }

  execute(height: number, blockHash: Digest): void {
    this.#executed.push({ height, blockHash })
  }

  find(digest: Digest): Block | undefined {
    return this.#blocks.get(digest)?.block
  }

  ownAbove(author: number, round: number): readonly Block[] {
    return this.blocks
      .filter((block) => block.author === author && block.round > round)
      .slice(0, 32)
  }

  get floor(): number {
    return this.#floor
  }

  get blocks(): readonly Block[] {
    return [...this.#blocks.values()].map(({ block }) => block)
  }

  /** A copy as a backup would take it. */
  copy(): Disk {
    const copy = new Disk()
    copy.hasBegun = this.hasBegun
    copy.#hasForgotten = this.#hasForgotten
    copy.#floor = this.#floor
    copy.#attestFloor = this.#attestFloor
    copy.#own = this.#own
    for (const [digest, stored] of this.#blocks) copy.#blocks.set(digest, stored)
    copy.#commits.push(...this.#commits)
    copy.#executed.push(...this.#executed)
    return copy
  }

  restore(gcDepth: number): Restored {
    const last = this.#commits.at(-1)
    const garbageRound = Math.max(0, (last?.commit.leader.round ?? 0) - gcDepth)
    const highest = new Map<number, Block>()
    for (const { block, verified } of this.#blocks.values()) {
      const other = highest.get(block.author)
      if (verified && (other === undefined || other.round < block.round)) {
        highest.set(block.author, block)
      }
    }
    return {
      ...nothing,
      hasBegun: this.hasBegun,
      hasForgotten: this.#hasForgotten,
      floor: this.#floor,
      attestFloor: this.#attestFloor,
      own: this.#own,
      blocks: [...this.#blocks.values()].filter(({ block }) => block.round > garbageRound),
      highest: [...highest.values()],
      commits: this.#commits.filter(
        (record) => record === last || record.commit.leader.round > garbageRound,
      ),
      executedCommit: this.#executed.at(-1)?.height ?? 0,
      executed: this.#executed,
    }
  }

  /** What a peer that asks for commits gets. */
  range(from: number, to: number): Range {
    const records = this.#commits.slice(from - 1, to)
    const refs = records.flatMap(({ commit }) => commit.blocks)
    const last = records.at(-1)
    const blocks = refs.flatMap(({ digest }) => this.find(digest) ?? [])
    const headers = this.blocks
      .filter(({ header }) => header.commitVotes.some(({ digest }) => digest === last?.digest))
      .map(({ header }) => header)
    return { commits: records.map(({ commit }) => commit), blocks, headers }
  }

  #apply(record: StoreRecord): void {
    switch (record.type) {
      case 'block':
        this.#blocks.set(record.block.digest, record)
        return undefined
      case 'own':
        this.#own = record.block
        this.#hasForgotten = false
        this.#blocks.set(record.block.digest, { block: record.block, verified: true })
        return undefined
      case 'floor':
        this.#floor = Math.max(this.#floor, record.floor)
        return undefined
      case 'attestFloor':
        this.#attestFloor = Math.max(this.#attestFloor, record.height)
        return undefined
      case 'recovered':
        this.#hasForgotten = true
        this.hasBegun = true
        return undefined
      case 'commit': {
        const { commit, digest } = record.commit
        this.#commits.push({ commit, digest, schedule: record.schedule })
        return undefined
      }
    }
  }
}
