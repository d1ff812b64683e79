import assert from 'node:assert/strict'

import { utf8 } from '#base'
import { type Change, openMemory, type Store } from '#storage'

import { Shelf } from '../../../node/mesh/shelf.ts'

const limits = { items: 8, bytes: 80 }

/** Memory that is full when a test says so. */
function failing(): Store & { isFull: boolean } {
  const store = openMemory()
  return {
    isFull: false,
    get: (key) => store.get(key),
    entries: (range) => store.entries(range),
    snapshot: () => store.snapshot(),
    close: () => store.close(),
    async write(changes: readonly Change[], options) {
      if (this.isFull) throw new Error('the disk is full')
      await store.write(changes, options)
    },
  }
}

async function numbers(shelf: Shelf, after = 0): Promise<readonly number[]> {
  const found: number[] = []
  for await (const [number] of shelf.entries(after)) found.push(number)
  return found
}

describe('a shelf', () => {
  it('numbers what comes, and keeps it over a restart', async () => {
    const store = openMemory()
    const shelf = await Shelf.open(store, 'one', limits)
    const other = await Shelf.open(store, 'two', limits)
    const added = await Promise.all(['a', 'b', 'c'].map((text) => shelf.add(utf8(text))))
    assert.deepEqual(added, [1, 2, 3])
    assert.equal(await other.add(utf8('z')), 1)
    assert.equal(await shelf.remove(2), true)
    assert.equal(await shelf.remove(2), false)
    const again = await Shelf.open(store, 'one', limits)
    assert.deepEqual(await numbers(again), [1, 3])
    assert.deepEqual(await numbers(again, 1), [3])
    assert.equal(again.count, 2)
    assert.deepEqual(again.get(3), utf8('c'))
  })

  it('gives no number twice, also when the newest was removed before a restart', async () => {
    const store = openMemory()
    const shelf = await Shelf.open(store, 'one', limits)
    for (const text of ['a', 'b']) await shelf.add(utf8(text))
    for (const number of [1, 2]) await shelf.remove(number)
    const again = await Shelf.open(store, 'one', limits)
    assert.equal(again.count, 0)
    assert.equal(await again.add(utf8('c')), 3)
  })

  it('counts only what was written and what was not removed', async () => {
    const store = failing()
    const shelf = await Shelf.open(store, 'one', { items: 2, bytes: 80 })
    await shelf.add(utf8('a'))
    store.isFull = true
    await assert.rejects(shelf.add(utf8('b')), /the disk is full/)
    await assert.rejects(shelf.remove(1), /the disk is full/)
    assert.equal(shelf.count, 1)
    assert.ok(shelf.has(1))
    store.isFull = false
    await shelf.add(utf8('c'))
    await assert.rejects(shelf.add(utf8('d')), /MESH_SHELF_FULL/)
    assert.equal(shelf.count, 2)
  })

  it('holds so many and so large, also of those that are being written', async () => {
    const shelf = await Shelf.open(openMemory(), 'one', { items: 3, bytes: 10 })
    const adding = [5, 5, 1].map((size) => shelf.add(new Uint8Array(size)))
    const [first, second, third] = await Promise.allSettled(adding)
    assert.deepEqual(
      [first, second, third].map((one) => one?.status),
      ['fulfilled', 'fulfilled', 'rejected'],
    )
    await shelf.remove(1)
    for (const size of [1, 1]) await shelf.add(new Uint8Array(size))
    await assert.rejects(shelf.add(new Uint8Array(1)), /MESH_SHELF_FULL/)
  })

  it('leaves room for others than who has filled a share', async () => {
    const store = openMemory()
    const share = { parts: 4, ownerOf: ([owner = 0]: Uint8Array) => String(owner) }
    const shelf = await Shelf.open(store, 'one', { ...limits, share })
    for (const size of [1, 2]) await shelf.add(new Uint8Array(size).fill(1))
    await assert.rejects(shelf.add(Uint8Array.of(1)), /MESH_SHELF_FULL/)
    await shelf.add(new Uint8Array(20).fill(2))
    await assert.rejects(shelf.add(Uint8Array.of(2)), /MESH_SHELF_FULL/)
    const again = await Shelf.open(store, 'one', { ...limits, share })
    await assert.rejects(again.add(Uint8Array.of(1)), /MESH_SHELF_FULL/)
    await again.remove(1)
    await again.add(Uint8Array.of(1))
  })
})
