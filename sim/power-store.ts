import { Fault, isFault, type Timeline } from '#base'
import { exportProtection } from '#consensus'
import { type Change, openMemory, type Range, type Snapshot, type Store } from '#storage'

import type { DiskFacts } from './watch.ts'

export interface PowerStoreInit {
  readonly timeline: Timeline
  readonly genesisHash: string
  readonly epoch: number
  /** Milliseconds until a write is durable. */
  readonly delay: number
  /** Bytes that wait for the disk at most: what exceeds them was written before. */
  readonly buffer: number
}

/** What the durable part of a folder says. */
export interface FolderFacts extends DiskFacts {
  readonly checkpointFloor: number
}

interface Batch {
  readonly changes: readonly Change[]
  readonly bytes: number
}

const noFacts: FolderFacts = {
  floor: 0,
  attestFloor: 0,
  checkpointFloor: 0,
  committed: 0,
  hasBegun: false,
  hasForgotten: false,
}

/** Keys of commits begin with `c` and end with the index. */
const commits: Range = {
  gte: Uint8Array.of(0x63),
  lt: Uint8Array.of(0x64),
  reverse: true,
  limit: 1,
}
const indexBytes = 6

/** A disk that is slow, may be full, and loses with the power what it was not told to sync. */
export class PowerStore implements Store {
  /** Milliseconds. */
  delay: number
  /** Bytes that it has room for. */
  room = Number.POSITIVE_INFINITY
  readonly #init: PowerStoreInit
  readonly #live: Store = openMemory()
  readonly #durable: Store
  readonly #unsynced: Batch[] = []
  #facts = noFacts
  #readyAt = 0
  #isLost = false
  /** Reads the facts, one time after the other. */
  #reading: Promise<void> = Promise.resolve()

  /** @param durable What is on it. */
  constructor(init: PowerStoreInit, durable: Store = openMemory()) {
    this.#init = init
    this.delay = init.delay
    this.#durable = durable
  }

  /** Bytes that a loss of power may take. */
  get atRisk(): number {
    return this.#unsynced.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get facts(): FolderFacts {
    return this.#facts
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#live.get(key)
  }

  entries(range: Range): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#live.entries(range)
  }

  /** Throws `STORE_FULL`. */
  async write(changes: readonly Change[], { sync }: { readonly sync: boolean }): Promise<void> {
    if (this.#isLost) return
    const { timeline, buffer } = this.#init
    const batch = { changes: changes.map(copy), bytes: sizeOf(changes) }
    if (batch.bytes > this.room) throw new Fault({ code: 'STORE_FULL', path: 'simulated' })
    this.room -= batch.bytes
    this.#unsynced.push(batch)
    await this.#live.write(batch.changes, { sync })
    while (this.#unsynced.length > 1 && this.atRisk > buffer) await this.#settle(1)
    if (!sync) return
    this.#readyAt = Math.max(this.#readyAt, timeline.now + this.delay)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    timeline.after(this.#readyAt - timeline.now, () => {
      if (!this.#isLost) this.#settle(this.#unsynced.indexOf(batch) + 1).then(resolve, reject)
    })
    await promise
  }

  snapshot(): Snapshot {
    return this.#live.snapshot()
  }

  close(): Promise<void> {
    return this.#live.close()
  }

  /**
   * Power is lost: what the disk holds, with those batches at risk that are whole within the first
   * `kept` bytes. A torn one is as if it had never been.
   */
  async crash(kept: number): Promise<PowerStore> {
    this.#isLost = true
    let left = kept
    const whole = this.#unsynced.findIndex(({ bytes }) => (left -= bytes) < 0)
    await this.#settle(whole < 0 ? this.#unsynced.length : whole)
    const survivor = new PowerStore(this.#init, this.#durable)
    await survivor.#load()
    survivor.delay = this.delay
    survivor.room = this.room
    return survivor
  }

  /** The folder is gone; the disk is the same. */
  emptied(): PowerStore {
    this.#isLost = true
    const empty = new PowerStore(this.#init)
    empty.delay = this.delay
    empty.room = this.room
    return empty
  }

  /** One bit of one record turns. @param pick Chooses among that many records. */
  async corrupt(pick: (count: number) => number): Promise<void> {
    const records: (readonly [Uint8Array, Uint8Array])[] = []
    for await (const entry of this.#durable.entries(everything)) records.push(entry)
    const [key, stored] = records[pick(records.length)] ?? []
    if (key === undefined || stored === undefined) return
    const value = stored.slice()
    const at = pick(value.length)
    value[at] = (value[at] ?? 0) ^ 1
    const change = { type: 'put', key, value } as const
    await this.#durable.write([change], { sync: true })
    await this.#live.write([change], { sync: true })
    await this.#read()
  }

  /** The oldest `count` batches are durable. */
  async #settle(count: number): Promise<void> {
    const batches = this.#unsynced.splice(0, Math.max(0, count))
    for (const { changes } of batches) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await this.#durable.write(changes, { sync: true })
    }
    await this.#read()
  }

  async #load(): Promise<void> {
    for await (const [key, value] of this.#durable.entries(everything)) {
      await this.#live.write([{ type: 'put', key, value }], { sync: true })
    }
    await this.#read()
  }

  #read(): Promise<void> {
    const before = this.#reading
    const read = async (): Promise<void> => {
      await before
      this.#facts = await factsOf(this.#durable, this.#init)
    }
    return (this.#reading = read())
  }
}

const everything: Range = { gte: new Uint8Array(0), lt: Uint8Array.of(0xff) }

/** As somebody reads it who moves the key to another machine. */
async function factsOf(
  store: Store,
  { genesisHash, epoch }: Pick<PowerStoreInit, 'genesisHash' | 'epoch'>,
): Promise<FolderFacts> {
  let committed = 0
  for await (const [key] of store.entries(commits)) {
    committed = Number(BigInt(`0x${key.slice(-indexBytes).toHex()}`))
  }
  try {
    const { data } = JSON.parse(await exportProtection(store, genesisHash, epoch)) as {
      readonly data: readonly FolderFacts[]
    }
    return { ...noFacts, ...data[0], committed }
  } catch (error) {
    if (!isFault(error)) throw error
    return { ...noFacts, committed }
  }
}

function sizeOf(changes: readonly Change[]): number {
  return changes.reduce(
    (sum, change) => sum + change.key.length + (change.type === 'put' ? change.value.length : 0),
    0,
  )
}

function copy(change: Change): Change {
  const key = change.key.slice()
  return change.type === 'del'
    ? { type: 'del', key }
    : { ...change, key, value: change.value.slice() }
}
