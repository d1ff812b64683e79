import { type Change, openMemory, type Range, type Snapshot, type Store } from '#storage'

import type { Timeline } from './timeline.ts'

/** A store whose synced writes take time, and whose last writes are lost with the power. */
export class PowerStore implements Store {
  /** Milliseconds. */
  delay = 1
  readonly #timeline: Timeline
  readonly #live: Store = openMemory()
  readonly #durable: Change[] = []
  readonly #unsynced: (readonly Change[])[] = []
  #readyAt = 0
  #isLost = false

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  /** Batches that a loss of power may take. */
  get atRisk(): number {
    return this.#unsynced.length
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#live.get(key)
  }

  entries(range: Range): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#live.entries(range)
  }

  async write(changes: readonly Change[], { sync }: { readonly sync: boolean }): Promise<void> {
    if (this.#isLost) return
    const batch = changes.map(copy)
    this.#unsynced.push(batch)
    await this.#live.write(batch, { sync })
    if (!sync) return
    const count = this.#unsynced.length
    this.#readyAt = Math.max(this.#readyAt, this.#timeline.now + this.delay)
    await new Promise<void>((resolve) => {
      this.#timeline.after(this.#readyAt - this.#timeline.now, () => {
        if (this.#isLost) return
        const at = this.#unsynced.indexOf(batch)
        if (at >= 0) this.#durable.push(...this.#unsynced.splice(0, Math.min(at + 1, count)).flat())
        resolve()
      })
    })
  }

  snapshot(): Snapshot {
    return this.#live.snapshot()
  }

  close(): Promise<void> {
    return this.#live.close()
  }

  /** Power is lost: what the disk holds, with the oldest `kept` of the batches at risk. */
  async crash(kept: number): Promise<PowerStore> {
    this.#isLost = true
    const survivor = new PowerStore(this.#timeline)
    await survivor.#fill([...this.#durable, ...this.#unsynced.slice(0, kept).flat()])
    return survivor
  }

  /** One bit of one record turns. @param pick Chooses among that many records. */
  async corrupt(pick: (count: number) => number): Promise<void> {
    const last = new Map(this.#durable.map((change) => [change.key.toHex(), change]))
    const puts = [...last.values()].filter((change) => change.type === 'put')
    const change = puts[pick(puts.length)]
    if (change === undefined) return
    const value = change.value.slice()
    const at = pick(value.length)
    value[at] = (value[at] ?? 0) ^ 1
    await this.#fill([{ ...change, value }])
  }

  async #fill(changes: readonly Change[]): Promise<void> {
    this.#durable.push(...changes)
    await this.#live.write(changes, { sync: true })
  }
}

function copy(change: Change): Change {
  const key = change.key.slice()
  return change.type === 'del'
    ? { type: 'del', key }
    : { ...change, key, value: change.value.slice() }
}
