import assert from 'node:assert/strict'

import { fixed, hex, isFault, silent, utf8 } from '#base'
import { type Change, openMemory, type Store } from '#storage'

import { keys } from '../../../chain/block/layout.ts'
import { Engine } from '../../../chain/engine/engine.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import { audit } from './audit.ts'
import { devNetwork, sign, withCode } from './network.ts'
import { commitOf, profileOf } from './rig.ts'

interface RecordingStore extends Store {
  readonly writes: { readonly changes: readonly Change[]; readonly sync: boolean }[]
}

/** Memory that stays open, and remembers what was written. */
function recordingStore(): RecordingStore {
  const inner = openMemory()
  const writes: RecordingStore['writes'] = []
  return {
    writes,
    get: (key) => inner.get(key),
    entries: (range) => inner.entries(range),
    write(changes, options) {
      writes.push({ changes, sync: options.sync })
      return inner.write(changes, options)
    },
    snapshot: () => inner.snapshot(),
    close: async () => undefined,
  }
}

function open(store: Store, profile: ParsProfile): Promise<Engine> {
  return Engine.open({ store, profile, archive: false, log: silent })
}

describe('opening a store', () => {
  it('writes the genesis once, in one synced batch', async () => {
    const profile = await profileOf(devNetwork())
    const store = recordingStore()
    const { head } = await open(store, profile)
    assert.equal(store.writes.length, 1)
    assert.equal(store.writes[0]?.sync, true)
    await audit(store)
    const again = await open(store, profile)
    assert.equal(store.writes.length, 1)
    assert.deepEqual(again.head, head)
    assert.deepEqual(head.header.extraData, profile.genesisHash)
  })

  it('refuses the store of another network and leaves it as it is', async () => {
    const mine = await profileOf(devNetwork())
    const other = await profileOf(devNetwork({ salt: fixed(2, 32) }))
    const store = recordingStore()
    await open(store, mine)
    await assert.rejects(open(store, other), (error) => {
      assert.ok(isFault(error, 'CHAIN_GENESIS_MISMATCH'))
      const { expected, found } = error.facts as unknown as Record<string, string>
      assert.deepEqual([expected, found], [hex(other.genesisHash), hex(mine.genesisHash)])
      return true
    })
    assert.equal(store.writes.length, 1)
    await open(store, mine)
  })

  it('refuses a store of another format', async () => {
    const profile = await profileOf(devNetwork())
    const store = recordingStore()
    await open(store, profile)
    const value = utf8('pars-store/0')
    await store.write([{ type: 'put', key: keys.meta('format'), value }], { sync: true })
    await assert.rejects(open(store, profile), withCode('CHAIN_FORMAT'))
    await store.write([{ type: 'del', key: keys.meta('format') }], { sync: true })
    await assert.rejects(open(store, profile), withCode('CHAIN_FORMAT'))
  })

  it('refuses a store without its head', async () => {
    const profile = await profileOf(devNetwork())
    const store = recordingStore()
    await open(store, profile)
    await store.write([{ type: 'del', key: keys.meta('head') }], { sync: true })
    await assert.rejects(open(store, profile), withCode('STORE_CORRUPT'))
  })

  it('gives one batch to each commit, synced, with its head in it', async () => {
    const profile = await profileOf(devNetwork())
    const store = recordingStore()
    const engine = await open(store, profile)
    const { timestamp } = profile.genesis.header
    await engine.execute(commitOf(1, timestamp + 1n, [sign(profile, 0).wire]))
    assert.equal(store.writes.length, 2)
    const { changes, sync } = store.writes[1]!
    assert.equal(sync, true)
    assert.ok(changes.some(({ key }) => hex(key) === hex(keys.meta('head'))))
    await engine.execute(commitOf(2, timestamp + 1n, []))
    assert.equal(store.writes.length, 2, 'a commit that comes to nothing writes nothing')
  })

  it('gives a commit from before its parent the time of the parent', async () => {
    const profile = await profileOf(devNetwork())
    const engine = await open(openMemory(), profile)
    const { timestamp } = profile.genesis.header
    const early = commitOf(1, timestamp - 1n, [sign(profile, 0).wire])
    const { blocks } = await engine.execute(early)
    assert.equal(blocks[0]?.header.timestamp, timestamp)
  })
})
