import { Fault, type Random } from '#base'
import { type Change, openMemory, type Range, type Snapshot, type Store } from '#storage'

/**
 * A store on a disk that loses power. Batches that no later `sync` covered are lost from the end:
 * a log keeps its order, and a batch is in it whole or not at all.
 */
export class FaultStore implements Store {
  #live: Store = openMemory()
  #durable: Change[] = []
  #unsynced: (readonly Change[])[] = []
  #refusal: string | undefined

  /** How many batches a crash may lose. */
  get atRisk(): number {
    return this.#unsynced.length
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#live.get(key)
  }

  entries(range: Range): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#live.entries(range)
  }

  async write(changes: readonly Change[], options: { readonly sync: boolean }): Promise<void> {
    if (this.#refusal !== undefined) throw new Fault({ code: this.#refusal, path: 'memory' })
    const batch = changes.map(copy)
    await this.#live.write(batch, options)
    this.#unsynced.push(batch)
    if (!options.sync) return
    this.#durable.push(...this.#unsynced.flat())
    this.#unsynced = []
  }

  snapshot(): Snapshot {
    return this.#live.snapshot()
  }

  close(): Promise<void> {
    return this.#live.close()
  }

  /** From now on every write fails with `code` and changes nothing; undefined: they work again. */
  refuse(code: 'STORE_FULL' | undefined): void {
    this.#refusal = code
  }

  /** Power is lost: closes this store and returns what the disk holds afterwards. */
  async crash(random: Random): Promise<FaultStore> {
    const kept = (random.bytes(1)[0] ?? 0) % (this.#unsynced.length + 1)
    return this.crashKeeping(kept)
  }

  /** As `crash`, with the first `kept` of the batches at risk on the disk. */
  async crashKeeping(kept: number): Promise<FaultStore> {
    await this.close()
    const survivor = new FaultStore()
    await survivor.write([...this.#durable, ...this.#unsynced.slice(0, kept).flat()], {
      sync: true,
    })
    return survivor
  }
}

function copy(change: Change): Change {
  const key = change.key.slice()
  return change.type === 'del'
    ? { type: 'del', key }
    : { ...change, key, value: change.value.slice() }
}
