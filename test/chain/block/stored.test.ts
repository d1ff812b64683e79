import assert from 'node:assert/strict'

import { encodeRlp, hex, utf8 } from '#base'
import { openMemory, type Store } from '#storage'

import { keys, put } from '../../../chain/block/layout.ts'
import { Ledger } from '../../../chain/block/ledger.ts'
import { readBlock, readHead, readHeader } from '../../../chain/block/sealed.ts'
import { lastCommit, outcomeChange, outcomeOf } from '../../../chain/engine/outcome.ts'
import { devNetwork } from '../engine/network.ts'
import { profileOf } from '../engine/rig.ts'

const digest = new Uint8Array(32).fill(7)
const commit = { digest, epoch: 1n, index: 2n }
const outcome = {
  broken: [3],
  skipped: [{ wireHash: new Uint8Array(32).fill(8), reason: 'TX_NONCE_GAP' }],
}

/** Bytes that are no RLP, no list, an empty list, and a list whose members are of the wrong kind. */
const damaged: readonly Uint8Array[] = [
  Uint8Array.of(),
  Uint8Array.of(0xb8),
  encodeRlp(utf8('bytes')),
  encodeRlp([]),
  encodeRlp([[], [], [], digest, digest]),
]

async function over(key: Uint8Array, value: Uint8Array): Promise<Store> {
  const store = openMemory()
  await store.write([put(key, value)], { sync: false })
  return store
}

function refused(read: () => unknown): void {
  assert.throws(read, { code: 'STORE_CORRUPT', message: /restore it from a backup/ })
}

describe('what the chain stored', () => {
  it('of a commit reads back as it was', async () => {
    const store = openMemory()
    assert.equal(lastCommit(store), undefined)
    await store.write([outcomeChange(commit, outcome)], { sync: false })
    assert.deepEqual(lastCommit(store), commit)
    assert.deepEqual(outcomeOf(store, digest), outcome)
    assert.equal(outcomeOf(store, new Uint8Array(32)), undefined)
  })

  it('of a commit is refused as damage where it does not read back', async () => {
    const parts = [digest, Uint8Array.of(1), Uint8Array.of(2)]
    for (const value of [
      ...damaged,
      encodeRlp([...parts, [[]], []]),
      encodeRlp([...parts, [], [digest]]),
      encodeRlp([...parts, [], [[digest]]]),
    ]) {
      const store = await over(keys.meta('outcome'), value)
      assert.throws(() => lastCommit(store), { code: 'STORE_CORRUPT' }, hex(value))
      assert.throws(() => outcomeOf(store, digest), { code: 'STORE_CORRUPT' }, hex(value))
    }
  })

  it('of a block is refused as damage, with what to do about it', async () => {
    const profile = await profileOf(devNetwork())
    const store = openMemory()
    await Ledger.open({ store, profile })
    for (const key of [keys.body(0n), keys.receipts(0n)]) {
      const whole = store.get(key)!
      for (const value of [Uint8Array.of(), Uint8Array.of(0xb8), encodeRlp(utf8('bytes'))]) {
        await store.write([put(key, value)], { sync: false })
        refused(() => readBlock(store, 0n))
      }
      await store.write([put(key, whole)], { sync: false })
    }
    await store.write([put(keys.header(0n), Uint8Array.of(0xb8))], { sync: false })
    refused(() => readHeader(store, 0n))
    await store.write([{ type: 'del', key: keys.header(0n) }], { sync: false })
    refused(() => readHead(store))
  })
})
