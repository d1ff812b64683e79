import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { compare, isFault } from '#base'
import type { Change, Range, Reader, Store } from '#storage'

const key = (...bytes: number[]) => Uint8Array.from(bytes)
const put = (at: Uint8Array, value: Uint8Array): Change => ({ type: 'put', key: at, value })
const del = (at: Uint8Array): Change => ({ type: 'del', key: at })
const isClosed = (error: unknown) => isFault(error, 'STORE_CLOSED')
const all = { gte: key(), lt: new Uint8Array(80).fill(0xff) }

async function read(reader: Reader, range: Range): Promise<[string, string][]> {
  const found: [string, string][] = []
  for await (const [at, value] of reader.entries(range)) found.push([at.toHex(), value.toHex()])
  return found
}

/** What every store must do. `open` gives an empty one each time. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let store: Store
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    it('answers with undefined for a key that was never written', () => {
      assert.equal(store.get(key(1)), undefined)
    })

    it('tells an empty value from none', async () => {
      await store.write([put(key(1), key())], { sync: true })
      assert.deepEqual(store.get(key(1)), key())
      await store.write([del(key(1))], { sync: true })
      assert.equal(store.get(key(1)), undefined)
    })

    it('lets the later of two changes of one key win', async () => {
      await store.write(
        [put(key(1), key(1)), put(key(1), key(2)), put(key(2), key(3)), del(key(2))],
        {
          sync: false,
        },
      )
      assert.deepEqual(store.get(key(1)), key(2))
      assert.equal(store.get(key(2)), undefined)
    })

    it('accepts an empty batch and the deletion of what is not there', async () => {
      await store.write([], { sync: true })
      await store.write([del(key(9))], { sync: true })
      assert.deepEqual(await read(store, all), [])
    })

    it('keeps binary keys and values of every byte', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      await store.write([put(bytes.slice(0, 70), bytes)], { sync: true })
      assert.deepEqual(store.get(bytes.slice(0, 70)), bytes)
    })

    it('keeps a value of four megabytes', async () => {
      const value = new Uint8Array(4_194_304).fill(7)
      await store.write([put(key(5), value)], { sync: true })
      assert.deepEqual(store.get(key(5)), value)
    })

    it('answers with plain byte arrays, whose slices are copies', async () => {
      await store.write([put(key(1), key(1, 2))], { sync: true })
      assert.equal(Object.getPrototypeOf(store.get(key(1))), Uint8Array.prototype)
      for await (const [at, value] of store.entries(all)) {
        assert.equal(Object.getPrototypeOf(at), Uint8Array.prototype)
        assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype)
      }
    })

    it('orders keys byte by byte, a beginning before what it begins', async () => {
      const keys = [key(0x80), key(0), key(0x7f, 0xff), key(0, 0), key(0xff), key(0x7f), key(1)]
      await store.write(
        keys.map((at) => put(at, at)),
        { sync: false },
      )
      const sorted = keys.toSorted(compare).map((at) => at.toHex())
      assert.deepEqual(
        (await read(store, all)).map(([at]) => at),
        sorted,
      )
    })

    it('takes gte in and lt out, forwards and in reverse, up to the limit', async () => {
      const keys = [key(1), key(2), key(3), key(4)]
      await store.write(
        keys.map((at) => put(at, key())),
        { sync: false },
      )
      const found = async (range: Range) => (await read(store, range)).map(([at]) => at)
      assert.deepEqual(await found({ gte: key(2), lt: key(4) }), ['02', '03'])
      assert.deepEqual(await found({ gte: key(2), lt: key(4), reverse: true }), ['03', '02'])
      assert.deepEqual(await found({ gte: key(2), lt: key(9), limit: 2 }), ['02', '03'])
      assert.deepEqual(await found({ gte: key(1), lt: key(9), limit: 1, reverse: true }), ['04'])
      assert.deepEqual(await found({ gte: key(1), lt: key(9), limit: 0 }), [])
      assert.deepEqual(await found({ gte: key(3), lt: key(3) }), [])
      assert.deepEqual(await found({ gte: key(4), lt: key(2) }), [])
    })

    it('shows a snapshot what was there when it was taken', async () => {
      await store.write([put(key(1), key(1)), put(key(2), key(2))], { sync: false })
      const snapshot = store.snapshot()
      await store.write([put(key(1), key(9)), del(key(2)), put(key(3), key(3))], { sync: false })
      assert.deepEqual(snapshot.get(key(1)), key(1))
      assert.equal(snapshot.get(key(3)), undefined)
      assert.deepEqual(await read(snapshot, all), [
        ['01', '01'],
        ['02', '02'],
      ])
      assert.deepEqual(store.get(key(1)), key(9))
      await snapshot.close()
    })

    it('lets a reader finish its range while others write', async () => {
      const keys = Array.from({ length: 3000 }, (_, index) => key(1, index >> 8, index & 255))
      await store.write(
        keys.map((at) => put(at, key(1))),
        { sync: false },
      )
      let count = 0
      for await (const [, value] of store.entries(all)) {
        if (count++ === 10) {
          await store.write(
            keys.map((at) => put(at, key(2))),
            { sync: false },
          )
        }
        assert.deepEqual(value, key(1))
      }
      assert.equal(count, 3000)
    })

    it('lets a reader leave a range early', async () => {
      await store.write([put(key(1), key()), put(key(2), key())], { sync: false })
      for await (const [at] of store.entries(all)) {
        assert.deepEqual(at, key(1))
        break
      }
      assert.equal((await read(store, all)).length, 2)
    })

    it('says STORE_CLOSED to every call after it was closed', async () => {
      const snapshot = store.snapshot()
      await store.close()
      assert.throws(() => store.get(key(1)), isClosed)
      assert.throws(() => store.snapshot(), isClosed)
      assert.throws(() => snapshot.get(key(1)), isClosed)
      await assert.rejects(store.write([put(key(1), key(1))], { sync: true }), isClosed)
      await assert.rejects(store.write([], { sync: true }), isClosed)
      await assert.rejects(read(store, all), isClosed)
      await assert.rejects(read(snapshot, all), isClosed)
      await store.close()
    })

    it('says STORE_CLOSED to a snapshot that was closed, and stays open itself', async () => {
      const snapshot = store.snapshot()
      await snapshot.close()
      await snapshot.close()
      assert.throws(
        () => snapshot.get(key(1)),
        (error) => isFault(error, 'STORE_CLOSED'),
      )
      assert.equal(store.get(key(1)), undefined)
    })

    it('agrees with a sorted list under random batches', async () => {
      const bytes = fc.uint8Array({ minLength: 0, maxLength: 3, max: 3 })
      const change = fc.oneof(
        { weight: 2, arbitrary: fc.tuple(bytes, fc.uint8Array({ maxLength: 4 })) },
        { weight: 1, arbitrary: fc.tuple(bytes, fc.constant(undefined)) },
      )
      const model = new Map<string, Uint8Array>()
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 30 }), bytes, bytes, async (batch, a, b) => {
          const changes = batch
            .filter(([at]) => at.length > 0)
            .map(([at, value]) => (value === undefined ? del(at) : put(at, value)))
          await store.write(changes, { sync: false })
          for (const { type, key: at, ...rest } of changes) {
            if (type === 'put' && 'value' in rest) model.set(at.toHex(), rest.value)
            else model.delete(at.toHex())
          }
          const [gte, lt] = [a, b].toSorted(compare) as [Uint8Array, Uint8Array]
          const expected = [...model]
            .map(([at, value]): [string, string] => [at, value.toHex()])
            .filter(([at]) => at >= gte.toHex() && at < lt.toHex())
            .toSorted(([x], [y]) => (x < y ? -1 : 1))
          assert.deepEqual(await read(store, { gte, lt }), expected)
          assert.deepEqual(await read(store, { gte, lt, reverse: true }), expected.toReversed())
          for (const [at, value] of model)
            assert.deepEqual(store.get(Uint8Array.fromHex(at)), value)
        }),
        { numRuns: 60 },
      )
    })
  })
}
