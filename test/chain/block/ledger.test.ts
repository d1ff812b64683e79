import assert from 'node:assert/strict'

import { decodeRlp, encodeRlp, isFault, type Rlp } from '#base'
import { openMemory } from '#storage'

import { keys, put } from '../../../chain/block/layout.ts'
import { Ledger } from '../../../chain/block/ledger.ts'
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
})
