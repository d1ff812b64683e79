import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { FaultStore } from './fault-store.ts'

const put = (key: number, value: number) =>
  ({ type: 'put', key: Uint8Array.of(key), value: Uint8Array.of(value) }) as const

describe('The fault store', () => {
  it('keeps, over a crash, every batch up to the last sync and a beginning of the rest', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 12 }),
        fc.nat(255),
        async (syncs, die) => {
          const store = new FaultStore()
          for (const [index, sync] of syncs.entries()) {
            await store.write([put(index, 1), put(100 + index, 2)], { sync })
          }
          const durable = syncs.lastIndexOf(true) + 1
          assert.equal(store.atRisk, syncs.length - durable)
          const survivor = await store.crash({ bytes: (size) => new Uint8Array(size).fill(die) })
          const kept = syncs.findIndex(
            (_, index) => survivor.get(Uint8Array.of(index)) === undefined,
          )
          const count = kept === -1 ? syncs.length : kept
          assert.ok(count >= durable)
          for (const index of syncs.keys()) {
            const isKept = index < count
            assert.equal(survivor.get(Uint8Array.of(index)) !== undefined, isKept)
            assert.equal(survivor.get(Uint8Array.of(100 + index)) !== undefined, isKept)
          }
          assert.throws(
            () => store.get(Uint8Array.of(0)),
            (error) => isFault(error, 'STORE_CLOSED'),
          )
        },
      ),
    ))

  it('can lose every batch that was not synced, and can keep them all', async () => {
    for (const kept of [0, 2]) {
      const store = new FaultStore()
      await store.write([put(1, 1)], { sync: false })
      await store.write([put(2, 1)], { sync: false })
      const survivor = await store.crashKeeping(kept)
      assert.equal(survivor.get(Uint8Array.of(2)) !== undefined, kept === 2)
    }
  })

  it('changes nothing while it refuses to write', async () => {
    const store = new FaultStore()
    store.refuse('STORE_FULL')
    await assert.rejects(store.write([put(1, 1)], { sync: true }), (error) =>
      isFault(error, 'STORE_FULL'),
    )
    store.refuse(undefined)
    assert.equal(store.get(Uint8Array.of(1)), undefined)
  })
})
