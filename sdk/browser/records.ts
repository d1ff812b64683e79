import { Fault, isFault } from '#base'

import type { Database, DatabaseFactory, DatabaseRequest, ObjectStore } from './platform.ts'

const storeName = 'keys'
const version = 1

/**
 * One object store of IndexedDB, its records by address. Every call opens the database and closes it,
 * so no tab stands in the way of another one, and is one transaction, so tabs write beside each other.
 * Throws `SDK_KEYS_STORAGE` where the browser does not keep data.
 */
export class Records {
  readonly #factory: DatabaseFactory | null | undefined
  readonly #name: string

  constructor(factory: DatabaseFactory | null | undefined, name: string) {
    this.#factory = factory
    this.#name = name
  }

  /** Resolves when the record is on disk; false when there is one of its address. */
  async add(record: object): Promise<boolean> {
    try {
      await this.#transact('readwrite', (store) => store.add(record))
      return true
    } catch (error) {
      if (isFault(error) && nameOf(error.cause) === 'ConstraintError') return false
      throw error
    }
  }

  /** Undefined for none, and `null` or nothing that makes sense for what cannot be read any more. */
  get(address: string): Promise<unknown> {
    return this.#transact('readonly', (store) => store.get(address))
  }

  async addresses(): Promise<readonly string[]> {
    const keys = await this.#transact('readonly', (store) => store.getAllKeys())
    return keys.filter((key) => typeof key === 'string')
  }

  /** Whether there was one. */
  async remove(address: string): Promise<boolean> {
    const isThere = (await this.addresses()).includes(address)
    await this.#transact('readwrite', (store) => store.delete(address))
    return isThere
  }

  async #transact<Result>(
    mode: 'readonly' | 'readwrite',
    ask: (store: ObjectStore) => DatabaseRequest<Result>,
  ): Promise<Result> {
    const database = await this.#open().catch(refused)
    try {
      return await settled(database, mode, ask).catch(refused)
    } finally {
      database.close()
    }
  }

  async #open(): Promise<Database> {
    const factory = this.#factory
    if (factory === undefined || factory === null) throw new Error('no IndexedDB')
    // Throws at once in a sandboxed frame, later where the person has forbidden it.
    const request = factory.open(this.#name, version)
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore(storeName, { keyPath: 'address' })
    })
    return result(request)
  }
}

function result<Result>(request: DatabaseRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

function settled<Result>(
  database: Database,
  mode: 'readonly' | 'readwrite',
  ask: (store: ObjectStore) => DatabaseRequest<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode, { durability: 'strict' })
    const request = ask(transaction.objectStore(storeName))
    transaction.addEventListener('complete', () => resolve(request.result))
    transaction.addEventListener('abort', () => reject(transaction.error ?? request.error))
  })
}

function refused(cause: unknown): never {
  throw new Fault(
    { code: 'SDK_KEYS_STORAGE', reason: nameOf(cause) },
    'the browser keeps no keys for this page: allow the site to store data, leave the private window or the sandboxed frame, or free space',
    { cause },
  )
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error'
}
