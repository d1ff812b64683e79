import assert from 'node:assert/strict'

import { decodeRlp, encodeRlp, hex, isFault, type Rlp } from '#base'
import { openMemory, type Store } from '#storage'

import { headerHash } from '../../../chain/block/header.ts'
import { keys, put } from '../../../chain/block/layout.ts'
import { Ledger, tailOf } from '../../../chain/block/ledger.ts'
import { devNetwork } from '../engine/network.ts'
import { profileOf } from '../engine/rig.ts'

describe('a ledger', () => {
  it('does not open over a state that is not the state of its head', async () => {
    const profile = await profileOf(devNetwork())
    const store = openMemory()
    await Ledger.open({ store, profile })
    const [header, ...rest] = decodeRlp(store.get(keys.header(0n))!) as [Rlp[], ...Rlp[]]
    const other = header.with(3, new Uint8Array(32).fill(7))
    await store.write([put(keys.header(0n), encodeRlp([other, ...rest]))], { sync: true })
    await assert.rejects(
      Ledger.open({ store, profile }),
      (error) => isFault(error, 'STORE_CORRUPT') && error.message.includes('state root'),
    )
  })

  it('gives the hash of a block that it sealed without reading the store', async () => {
    const profile = await profileOf(devNetwork())
    const inner = openMemory()
    const read: string[] = []
    const store: Store = {
      get: (key) => {
        read.push(hex(key))
        return inner.get(key)
      },
      entries: (range) => inner.entries(range),
      write: (changes, options) => inner.write(changes, options),
      snapshot: () => inner.snapshot(),
      close: () => inner.close(),
    }
    const ledger = await Ledger.open({ store, profile })
    const { header: parent, hash: parentHash } = ledger.head
    const header = { ...parent, parentHash, number: 1n }
    const hash = headerHash(header)
    ledger.seal({ header, hash, envelopes: [], receipts: [], tail: tailOf(header) })
    await ledger.write()
    read.length = 0
    assert.deepEqual(ledger.hashOf(1n), hash)
    assert.deepEqual(read, [])
    assert.deepEqual(ledger.hashOf(0n), parentHash)
    assert.deepEqual(read, [hex(keys.header(0n))])
  })
})
