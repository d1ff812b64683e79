import { Fault, isFault } from '#base'

import type { Database, DatabaseFactory, DatabaseRequest, ObjectStore } from './platform.ts'

const storeName = 'keys'
const version = 1

/** One for each result, in one transaction. */
type Requests<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: DatabaseRequest<Results[Index]>
}

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
      await this.#transact('readwrite', (store) => [store.add(record)])
      return true
    } catch (error) {
      if (isFault(error) && nameOf(error.cause) === 'ConstraintError') return false
      throw error
    }
  }

  /** Undefined for none; the value is `null` or makes no sense where it cannot be read any more. */
  async get(address: string): Promise<{ readonly value: unknown } | undefined> {
    const [key, value] = await this.#transact('readonly', (store) => [
      store.getKey(address),
      store.get(address),
    ])
    return key === undefined ? undefined : { value }
  }

  async addresses(): Promise<readonly string[]> {
    const [keys] = await this.#transact('readonly', (store) => [store.getAllKeys()])
    return keys.filter((key) => typeof key === 'string')
  }

  /** Whether there was one. */
  async remove(address: string): Promise<boolean> {
    const [key] = await this.#transact('readwrite', (store) => [
      store.getKey(address),
      store.delete(address),
    ])
    return key !== undefined
  }

  async #transact<Results extends readonly unknown[]>(
    mode: 'readonly' | 'readwrite',
    ask: (store: ObjectStore) => Requests<Results>,
  ): Promise<Results> {
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

function settled<Results extends readonly unknown[]>(
  database: Database,
  mode: 'readonly' | 'readwrite',
  ask: (store: ObjectStore) => Requests<Results>,
): Promise<Results> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode, { durability: 'strict' })
    const requests = ask(transaction.objectStore(storeName)) as readonly DatabaseRequest<unknown>[]
    transaction.addEventListener('complete', () =>
      resolve(requests.map((request) => request.result) as unknown as Results),
    )
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? requests.find(({ error }) => error !== null)?.error),
    )
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
