import { type BatchOperation, ClassicLevel, type Snapshot as LevelSnapshot } from 'classic-level'

import { explain } from './faults.ts'
import type { Change, Range, Reader, Snapshot, Store } from './store.ts'

type Database = ClassicLevel<Uint8Array, Uint8Array>

const encodings = { keyEncoding: 'view', valueEncoding: 'view' } as const

/** What a store holds in memory, in bytes. */
export interface Buffers {
  /** Of what was read. */
  readonly cacheSize: number
  /** Of what was written and is not sorted yet: twice as many at times. */
  readonly writeBufferSize: number
}

/**
 * The store in the folder `path`, created when absent. One process may have it open; its threads
 * may each open it, and read what the others wrote.
 *
 * Throws `STORE_LOCKED`, `STORE_UNWRITABLE`, `STORE_FULL` or `STORE_CORRUPT`.
 */
export async function openLevel(path: string, buffers: Buffers = forState): Promise<Store> {
  const options = { ...encodings, ...buffers, multithreading: true }
  const database: Database = new ClassicLevel(path, options)
  try {
    await database.open()
  } catch (error) {
    throw explain(error, path)
  }
  return new LevelStore(database)
}

const forState: Buffers = {
  cacheSize: 64 * 1024 * 1024,
  writeBufferSize: 16 * 1024 * 1024,
}

/** `snapshot: undefined` reads what is newest. */
class View implements Reader {
  protected readonly database: Database
  readonly #options: { readonly snapshot: LevelSnapshot | undefined } & typeof encodings

  constructor(database: Database, snapshot: LevelSnapshot | undefined) {
    this.database = database
    this.#options = { ...encodings, snapshot }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    try {
      return plain(this.database.getSync(key, this.#options))
    } catch (error) {
      throw explain(error, this.database.location)
    }
  }

  async *entries(
    range: Range,
  ): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array], void, void> {
    try {
      for await (const [key, value] of this.database.iterator({ ...this.#options, ...range })) {
        yield [plain(key), plain(value)]
      }
    } catch (error) {
      throw explain(error, this.database.location)
    }
  }
}

class LevelView extends View implements Snapshot {
  readonly #snapshot: LevelSnapshot

  constructor(database: Database, snapshot: LevelSnapshot) {
    super(database, snapshot)
    this.#snapshot = snapshot
  }

  async close(): Promise<void> {
    await this.#snapshot.close()
  }
}

class LevelStore extends View implements Store {
  constructor(database: Database) {
    super(database, undefined)
  }

  async write(changes: readonly Change[], options: { readonly sync: boolean }): Promise<void> {
    try {
      await this.database.batch(
        changes as BatchOperation<Database, Uint8Array, Uint8Array>[],
        options,
      )
    } catch (error) {
      throw explain(error, this.database.location)
    }
  }

  snapshot(): Snapshot {
    try {
      return new LevelView(this.database, this.database.snapshot())
    } catch (error) {
      throw explain(error, this.database.location)
    }
  }

  async close(): Promise<void> {
    await this.database.close()
  }
}

/** LevelDB answers with Buffers, whose `slice` shares memory where that of Uint8Array copies. */
function plain(bytes: Uint8Array): Uint8Array
function plain(bytes: Uint8Array | undefined): Uint8Array | undefined
function plain(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
