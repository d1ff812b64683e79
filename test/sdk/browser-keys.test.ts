/** What the key store of a page asks of IndexedDB; test/e2e/browser has a real one. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'

import { testSeeds } from '#sdk'
import { createBrowserKeys } from '#sdk/browser'

type Platform = Parameters<typeof createBrowserKeys>[0]
type Record = { readonly address: string }

class Answered extends EventTarget {
  readonly result: unknown
  readonly error = null

  constructor(result: unknown) {
    super()
    this.result = result
    queueMicrotask(() => this.dispatchEvent(new Event('success')))
  }
}

/** One object store, which takes every request at once; a transaction ends when all are answered. */
class PlayedDatabase {
  readonly records = new Map<string, Record>()
  transactions = 0

  readonly factory = {
    open: () =>
      new Answered({
        createObjectStore: () => undefined,
        transaction: () => {
          this.transactions++
          const transaction = Object.assign(new EventTarget(), {
            error: null,
            objectStore: () => this.#store,
          })
          setImmediate(() => transaction.dispatchEvent(new Event('complete')))
          return transaction
        },
        close: () => undefined,
      }),
  } as unknown as NonNullable<Platform['indexedDB']>

  get #store() {
    const { records } = this
    return {
      add: (record: Record) => new Answered(records.set(record.address, record)),
      get: (address: string) => new Answered(records.get(address)),
      getKey: (address: string) => new Answered(records.get(address)?.address),
      getAllKeys: () => new Answered([...records.keys()]),
      delete: (address: string) => new Answered(void records.delete(address)),
    }
  }
}

describe('the keys of a page', () => {
  const [seed = new Uint8Array()] = testSeeds
  const opened = async () => {
    const database = new PlayedDatabase()
    const crypto = webcrypto as unknown as Platform['crypto']
    const keys = createBrowserKeys({ crypto, indexedDB: database.factory }, { name: 'wallet' })
    const { address } = await keys.create({ seed })
    database.transactions = 0
    return { database, keys, address }
  }

  it('are removed once, whoever else removes them at the same time', async () => {
    const { database, keys, address } = await opened()
    const [one, other] = await Promise.allSettled([keys.remove(address), keys.remove(address)])
    assert.deepEqual([one.status, other.status].toSorted(), ['fulfilled', 'rejected'])
    assert.equal(database.records.size, 0)
    assert.equal(database.transactions, 2)
  })

  it('are looked up in one transaction, whether they are there or not', async () => {
    const { database, keys, address } = await opened()
    assert.equal((await keys.open(address)).address, address)
    assert.equal(database.transactions, 1)
    const absent = keys.open(`0x${'11'.repeat(20)}`)
    await assert.rejects(absent, { code: 'SDK_KEYS_MISSING' })
    assert.equal(database.transactions, 2)
  })
})
