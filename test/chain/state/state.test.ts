import assert from 'node:assert/strict'

import { Account, Address } from '@ethereumjs/util'

import { isFault } from '#base'
import { keccak256 } from '#crypto'
import { openMemory, type Store } from '#storage'

import {
  emptyRoot,
  headSource,
  headState,
  historicalSource,
  State,
} from '../../../chain/state/index.ts'

const address = (byte: number) => new Address(new Uint8Array(20).fill(byte))
const slot = (byte: number) => new Uint8Array(32).fill(byte)
const word = (...bytes: number[]) => Uint8Array.from(bytes)
const isMissing = (error: unknown) => isFault(error, 'STATE_MISSING_BYTES')
const [alice, bob] = [address(1), address(2)]

/** Writes the block and tells the state so. */
async function seal(store: Store, state: State, height = 0n, history = true): Promise<void> {
  await store.write(state.changes({ height, history }), { sync: true })
  state.sealed()
}

describe('The state', () => {
  let store: Store
  let state: State
  beforeEach(() => {
    store = openMemory()
    state = headState(store)
  })

  it('has the root of nothing at first', async () => {
    assert.equal(state.root().toHex(), emptyRoot.toHex())
    assert.equal(await state.getAccount(alice), undefined)
    assert.equal(state.accountNow(alice), null)
    assert.deepEqual(await state.getStorage(alice, slot(1)), word())
    assert.deepEqual(await state.getCode(alice), word())
  })

  it('gives an account that the caller may change without changing the state', async () => {
    await state.putAccount(alice, new Account(1n, 2n))
    const given = (await state.getAccount(alice))!
    given.balance += 5n
    assert.equal((await state.getAccount(alice))?.balance, 2n)
  })

  it('ignores a storage root that is put and derives it from the slots', async () => {
    await state.putAccount(alice, new Account(1n, 2n, slot(9)))
    await state.putStorage(alice, slot(1), word(5))
    const root = state.root()
    await state.putAccount(alice, new Account(1n, 2n))
    assert.equal(state.root().toHex(), root.toHex())
    assert.notEqual((await state.getAccount(alice))?.storageRoot.toHex(), emptyRoot.toHex())
  })

  it('refuses storage without an account', async () => {
    await assert.rejects(state.putStorage(alice, slot(1), word(5)), (error) =>
      isFault(error, 'STATE_NO_ACCOUNT'),
    )
  })

  it('trims what is stored and deletes what is zero', async () => {
    await state.putAccount(alice, new Account(1n))
    const before = state.root()
    await state.putStorage(alice, slot(1), word(0, 0, 7, 0))
    assert.deepEqual(await state.getStorage(alice, slot(1)), word(7, 0))
    await state.putStorage(alice, slot(1), new Uint8Array(32))
    assert.deepEqual(state.storageNow(alice, slot(1)), word())
    assert.equal(state.root().toHex(), before.toHex())
  })

  it('forgets storage and code with the account, and recreation begins empty', async () => {
    await state.putAccount(alice, new Account(1n))
    await state.putStorage(alice, slot(1), word(1))
    await state.putCode(alice, word(0x60))
    await seal(store, state)
    await state.deleteAccount(alice)
    assert.deepEqual(await state.getStorage(alice, slot(1)), word())
    await state.putAccount(alice, new Account(3n))
    assert.deepEqual(await state.getStorage(alice, slot(1)), word())
    await state.putStorage(alice, slot(2), word(2))
    await seal(store, state, 1n)
    const anew = headState(store)
    assert.deepEqual(await anew.getStorage(alice, slot(1)), word())
    assert.deepEqual(await anew.getStorage(alice, slot(2)), word(2))
    assert.deepEqual(await anew.getCode(alice), word())
    assert.equal(anew.root().toHex(), state.root().toHex())
  })

  it('undoes the clearing of storage, also after a root was taken in between', async () => {
    await state.putAccount(alice, new Account(1n))
    await state.putStorage(alice, slot(1), word(1))
    await seal(store, state)
    const root = state.root()
    for (const takeRoot of [false, true]) {
      await state.checkpoint()
      await state.putStorage(alice, slot(2), word(2))
      await state.checkpoint()
      await state.clearStorage(alice)
      await state.putStorage(alice, slot(3), word(3))
      if (takeRoot) state.root()
      await state.revert()
      assert.deepEqual(await state.getStorage(alice, slot(1)), word(1))
      assert.deepEqual(await state.getStorage(alice, slot(2)), word(2))
      assert.deepEqual(await state.getStorage(alice, slot(3)), word())
      if (takeRoot) state.root()
      await state.revert()
      assert.equal(state.root().toHex(), root.toHex())
      assert.deepEqual(state.changes({ height: 1n, history: true }), [])
    }
  })

  it('restores everything when a block is rejected after its root was taken', async () => {
    await state.putAccount(alice, new Account(1n, 100n))
    await state.putStorage(alice, slot(1), word(1))
    await seal(store, state)
    const root = state.root()
    const change = async () => {
      await state.putAccount(alice, new Account(2n, 50n))
      await state.putAccount(bob, new Account(0n, 50n))
      await state.putStorage(alice, slot(1), word())
      await state.putCode(bob, word(0xfe))
      assert.notEqual(state.root().toHex(), root.toHex())
    }
    const check = async () => {
      assert.equal(state.root().toHex(), root.toHex())
      assert.equal((await state.getAccount(alice))?.nonce, 1n)
      assert.equal(await state.getAccount(bob), undefined)
      assert.deepEqual(await state.getStorage(alice, slot(1)), word(1))
      assert.deepEqual(state.changes({ height: 1n, history: true }), [])
    }
    await state.checkpoint()
    await change()
    await state.revert()
    await check()
    await state.checkpoint()
    await change()
    state.discard()
    await check()
    await change()
    state.discard()
    await check()
  })

  it('loses no write when a block touches more accounts than the cache keeps', async () => {
    const addresses = Array.from({ length: 33_000 }, (_, index) => {
      const bytes = new Uint8Array(20)
      new DataView(bytes.buffer).setUint32(0, index)
      return new Address(bytes)
    })
    for (const each of addresses) await state.putAccount(each, new Account(0n, 7n))
    await seal(store, state, 0n, false)
    await state.putAccount(addresses[0]!, new Account(1n))
    await seal(store, state, 1n, false)
    const anew = headState(store)
    for (const each of addresses.slice(1)) assert.equal(anew.accountNow(each)?.balance, 7n)
    assert.equal(anew.root().toHex(), state.root().toHex())
  }).timeout(20_000)

  it('answers with the value at the start of the transaction until it ends', async () => {
    const { originalStorageCache: originals } = state
    await state.putAccount(alice, new Account(1n))
    await state.putStorage(alice, slot(1), word(1))
    assert.deepEqual(await originals.get(alice, slot(1)), word(1))
    await state.checkpoint()
    await state.putStorage(alice, slot(1), word(2))
    await state.checkpoint()
    await state.putStorage(alice, slot(1), word(3))
    await state.revert()
    assert.deepEqual(await originals.get(alice, slot(1)), word(1))
    assert.deepEqual(state.originalNow(alice, slot(1)), word(1))
    assert.deepEqual(await originals.get(alice, slot(2)), word())
    await state.commit()
    originals.clear()
    assert.deepEqual(await originals.get(alice, slot(1)), word(2))
  })

  it('keeps code once an account refers to it, and throws when it is lost', async () => {
    const code = word(0x60, 1)
    await state.checkpoint()
    await state.putCode(bob, word(0xfe))
    await state.revert()
    await state.putCode(alice, code)
    assert.equal(await state.getCodeSize(alice), 2)
    const changes = state.changes({ height: 0n, history: true })
    const codes = changes.filter(({ key }) => key[0] === 'c'.charCodeAt(0))
    assert.deepEqual(codes, [
      { type: 'put', key: Uint8Array.of(0x63, ...keccak256(code)), value: code },
    ])
    await store.write(changes, { sync: true })
    assert.deepEqual(await headState(store).getCode(alice), code)
    assert.deepEqual(headState(store).codeNow(alice), code)
    await store.write([{ type: 'del', key: codes[0]!.key }], { sync: true })
    await assert.rejects(headState(store).getCode(alice), isMissing)
    assert.throws(() => headState(store).codeNow(alice), isMissing)
  })

  it('knows a key from its registration on, and not after that was undone', async () => {
    const key = Uint8Array.of(0x65, 1, 2, 3)
    const hash = keccak256(key)
    assert.equal(state.keys.now(hash), null)
    await state.checkpoint()
    assert.deepEqual(state.keys.put(key), hash)
    assert.deepEqual(await state.keys.get(hash), key)
    await state.revert()
    assert.equal(await state.keys.get(hash), undefined)
    state.keys.put(key)
    await seal(store, state)
    assert.deepEqual(state.keys.now(hash), key)
    assert.deepEqual(await headState(store).keys.get(hash), key)
  })

  it('does not take deployed code for a registered key', async () => {
    const bytes = Uint8Array.of(0x65, 1, 2, 3)
    await state.putCode(alice, bytes)
    await seal(store, state)
    assert.deepEqual(await state.getCode(alice), bytes)
    assert.equal(await state.keys.get(keccak256(bytes)), undefined)
  })

  it('leaves unknown what an asynchronous source has not answered yet', async () => {
    await state.putAccount(alice, new Account(1n))
    await state.putStorage(alice, slot(1), word(1))
    await seal(store, state)
    const past = new State(historicalSource(store, 0n))
    assert.equal(past.accountNow(alice), undefined)
    assert.equal(past.storageNow(alice, slot(1)), undefined)
    assert.equal(past.putStorageNow(alice, slot(1), word(2)), false)
    assert.deepEqual(await past.getStorage(alice, slot(1)), word(1))
    assert.equal(past.accountNow(alice)?.nonce, 1n)
    assert.deepEqual(past.storageNow(alice, slot(1)), word(1))
    assert.equal(past.putStorageNow(alice, slot(1), word(2)), true)
    assert.deepEqual(past.storageNow(alice, slot(1)), word(2))
    assert.throws(
      () => past.root(),
      (error) => isFault(error, 'STATE_NO_TRIE'),
    )
  })

  it('starts a copy from what is sealed', async () => {
    await state.putAccount(alice, new Account(1n))
    await seal(store, state)
    await state.putAccount(bob, new Account(1n))
    const copy = state.shallowCopy()
    assert.equal(await copy.getAccount(bob), undefined)
    assert.equal((await copy.getAccount(alice))?.nonce, 1n)
  })

  it('accepts only its own root as the state to be set', async () => {
    await state.setStateRoot(state.root())
    await assert.rejects(state.setStateRoot(slot(1)), (error) =>
      isFault(error, 'STATE_UNKNOWN_ROOT'),
    )
  })

  it('writes nothing until it is asked, and the same when it is asked again', async () => {
    await state.putAccount(alice, new Account(1n))
    await state.putStorage(alice, slot(1), word(1))
    const first = state.changes({ height: 3n, history: true })
    assert.equal(await headSource(store).account(alice.bytes), undefined)
    assert.deepEqual(state.changes({ height: 3n, history: true }), first)
  })
})
