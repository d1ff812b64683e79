import {
  type Block,
  type Commit,
  type CommitRecord,
  type CommittedBlocks,
  type Digest,
  type Header,
  nothing,
  type Restored,
  type StoreRecord,
} from '#consensus'

interface Stored {
  readonly block: Block
  readonly verified: boolean
}

/** What a peer that lacks commits is sent. */
export interface Range {
  readonly commits: readonly Commit[]
  readonly blocks: readonly Block[]
  readonly headers: readonly Header[]
}

export type Batch = readonly StoreRecord[]

const commitsPerAnswer = 100
/** Batches that wait for the disk at most: what exceeds them was written before. */
const mostUnsynced = 32

/**
 * A log of batches. A batch is durable once it is synced; a loss of power keeps any number of the
 * others, from the oldest on.
 */
export class Disk {
  /** The marker W5: this folder began the epoch and nothing in it was found missing. */
  hasBegun = true
  #log: Batch[] = []
  #unsynced: Batch[] = []
  /** Of all batches, how many were given, and how many are durable or lost. */
  #given = 0
  #settled = 0
  #hasForgotten = false
  #floor = 0
  #attestFloor = 0
  #muteRound = 0
  #own: Block | undefined
  readonly #blocks = new Map<Digest, Stored>()
  readonly #ownRounds = new Map<number, Block>()
  readonly #commits: (CommitRecord & { readonly ordered: CommittedBlocks })[] = []

  /** Durable batches so far. */
  get length(): number {
    return this.#log.length
  }

  get floor(): number {
    return Math.max(this.#floor, this.#own?.round ?? 0)
  }

  get attestFloor(): number {
    return this.#attestFloor
  }

  /** It was amnesic in this epoch and has not built since. */
  get hasForgotten(): boolean {
    return this.#hasForgotten
  }

  /** Index of the last commit. */
  get committed(): number {
    return this.#commits.length
  }

  /** @param sync Runs a task when the disk has come to this batch. */
  write(batch: Batch, sync: (task: () => void) => void, done: () => void): void {
    this.#unsynced.push(batch)
    const place = ++this.#given
    this.#settle(place - mostUnsynced)
    sync(() => {
      this.#settle(place)
      done()
    })
  }

  get atRisk(): number {
    return this.#unsynced.length
  }

  /** Power is lost; the oldest `kept` of the batches at risk were on the platter already. */
  crash(kept: number): void {
    this.#settle(this.#settled + kept)
    this.#unsynced = []
    this.#settled = this.#given
  }

  /** The folder as it was when it held `length` batches: a backup is restored. */
  rollBack(length: number): void {
    const log = this.#log.slice(0, length)
    this.wipe()
    this.hasBegun = true
    this.#log = log
    for (const batch of log) for (const record of batch) this.#apply(record)
  }

  /** What another process gets that is given this folder. */
  copy(): Disk {
    const copy = new Disk()
    copy.#log = [...this.#log]
    copy.rollBack(this.length)
    copy.hasBegun = this.hasBegun
    return copy
  }

  /** The folder is gone, its keys are not. */
  wipe(): void {
    this.hasBegun = false
    this.#log = []
    this.#unsynced = []
    this.#settled = this.#given
    this.#hasForgotten = false
    this.#floor = 0
    this.#attestFloor = 0
    this.#muteRound = 0
    this.#own = undefined
    this.#blocks.clear()
    this.#ownRounds.clear()
    this.#commits.length = 0
  }

  find(digest: Digest): Stored | undefined {
    return this.#blocks.get(digest)
  }

  own(round: number): Block | undefined {
    return this.#ownRounds.get(round)
  }

  /** The highest block of each author. */
  highest(): ReadonlyMap<number, Block> {
    const highest = new Map<number, Block>()
    for (const { block, verified } of this.#blocks.values()) {
      const other = highest.get(block.author)
      if (verified && (other === undefined || other.round < block.round)) {
        highest.set(block.author, block)
      }
    }
    return highest
  }

  commitsAbove(index: number): readonly CommittedBlocks[] {
    return this.#commits.slice(index).map(({ ordered }) => ordered)
  }

  restore(gcDepth: number): Restored {
    const last = this.#commits.at(-1)
    const garbageRound = Math.max(0, (last?.commit.leader.round ?? 0) - gcDepth)
    return {
      ...nothing,
      hasBegun: this.hasBegun,
      hasForgotten: this.#hasForgotten,
      floor: this.#floor,
      attestFloor: this.#attestFloor,
      muteRound: this.#muteRound,
      own: this.#own,
      blocks: [...this.#blocks.values()].filter(({ block }) => block.round > garbageRound),
      highest: [...this.highest().values()],
      commits: this.#commits.filter(
        (record) => record === last || record.commit.leader.round > garbageRound,
      ),
    }
  }

  range(from: number, to: number): Range {
    const records = this.#commits.slice(from - 1, Math.min(to, from - 1 + commitsPerAnswer))
    const last = records.at(-1)
    const refs = records.flatMap(({ commit }) => commit.blocks)
    const headers: Header[] = []
    for (const { block, verified } of this.#blocks.values()) {
      const votes = block.header.commitVotes
      if (verified && votes.some(({ digest }) => digest === last?.digest)) {
        headers.push(block.header)
      }
    }
    return {
      commits: records.map(({ commit }) => commit),
      blocks: refs.flatMap(({ digest }) => this.find(digest)?.block ?? []),
      headers,
    }
  }

  /** Batches up to this one are durable. */
  #settle(place: number): void {
    while (this.#settled < place) {
      const batch = this.#unsynced.shift()
      if (batch === undefined) return
      this.#settled++
      this.#log.push(batch)
      for (const record of batch) this.#apply(record)
    }
  }

  #apply(record: StoreRecord): void {
    switch (record.type) {
      case 'block':
        if (this.#blocks.get(record.block.digest)?.verified !== true) {
          this.#blocks.set(record.block.digest, record)
        }
        return undefined
      case 'own':
        this.#own = record.block
        this.#hasForgotten = false
        this.#ownRounds.set(record.block.round, record.block)
        this.#blocks.set(record.block.digest, { block: record.block, verified: true })
        return undefined
      case 'floor':
        this.#floor = Math.max(this.#floor, record.floor)
        return undefined
      case 'attestFloor':
        this.#attestFloor = Math.max(this.#attestFloor, record.height)
        return undefined
      case 'recovered':
        this.#muteRound = record.muteRound
        this.#hasForgotten = true
        this.hasBegun = true
        return undefined
      case 'commit': {
        const { commit, digest } = record.commit
        const { schedule } = record
        this.#commits.push({ commit, digest, schedule, ordered: record.commit })
        return undefined
      }
    }
  }
}
