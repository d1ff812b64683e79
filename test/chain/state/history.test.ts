import assert from 'node:assert/strict'

import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { Account } from '@ethereumjs/util'

import { isFault, toBigInt } from '#base'
import { keccak256 } from '#crypto'
import { openMemory, type Reader, type Store } from '#storage'

import {
  headState,
  historicalSource,
  oldestHeight,
  proveAccount,
  prune,
  State,
  stateLimits,
  statePrefixes,
} from '../../../chain/state/index.ts'
import { Seeded } from '../../seeded.ts'
import { FaultStore } from '../../storage/fault-store.ts'
import { addresses, change, compareState, copyModel, type Model, seal, slots } from './blocks.ts'

interface Recorded {
  readonly model: Model
  readonly root: Uint8Array
}

/** Blocks of random changes; some change nothing. */
async function record(store: Store, count: number, seed: number): Promise<Recorded[]> {
  const dice = new Seeded(seed)
  const state = headState(store)
  const model: Model = new Map()
  const heights: Recorded[] = []
  for (let height = 0; height < count; height++) {
    for (let step = dice.below(12); step > 0; step--) await change(dice, state, model)
    await seal(store, state, BigInt(height), { history: height > 0 })
    heights.push({ model: copyModel(model), root: state.root() })
  }
  return heights
}

async function compareHeight(
  reader: Reader,
  height: number,
  { model, root }: Recorded,
): Promise<void> {
  await compareState(new State(historicalSource(reader, BigInt(height))), model)
  for (const address of addresses.slice(0, 4)) {
    await verify(reader, address.bytes, root, model, BigInt(height))
  }
}

/** Holds a proof against the verifier of ethereumjs, which knows nothing of our trie. */
async function verify(
  reader: Reader,
  address: Uint8Array,
  root: Uint8Array,
  model: Model,
  height?: bigint,
): Promise<void> {
  const expected = model.get(address.toHex())
  const proof = await proveAccount(reader, address, slots, height)
  assert.equal(proof.balance, expected?.balance ?? 0n)
  const leaf = await look(root, keccak256(address), proof.accountProof)
  if (expected === undefined) assert.equal(leaf, null)
  else {
    const fields = RLP.decode(leaf) as Uint8Array[]
    assert.equal(toBigInt(fields[0]!), expected.nonce)
    assert.equal(toBigInt(fields[1]!), expected.balance)
    assert.deepEqual(Uint8Array.from(fields[2]!), proof.storageHash)
    assert.deepEqual(Uint8Array.from(fields[3]!), keccak256(expected.code))
  }
  for (const { key, value, proof: nodes } of proof.storageProof) {
    const wanted = expected?.slots.get(key.toHex()) ?? new Uint8Array(0)
    assert.equal(value, toBigInt(wanted))
    const found = await look(proof.storageHash, keccak256(key), nodes)
    if (wanted.length === 0) assert.equal(found, null)
    else assert.deepEqual(Uint8Array.from(RLP.decode(found) as Uint8Array), wanted)
  }
}

/** ethereumjs wants a node where there is none: an empty trie proves itself. */
async function look(
  root: Uint8Array,
  key: Uint8Array,
  proof: readonly Uint8Array[],
): Promise<Uint8Array | null> {
  if (proof.length === 0) {
    assert.equal(root.toHex(), keccak256(Uint8Array.of(0x80)).toHex())
    return null
  }
  assert.equal(keccak256(proof[0]!).toHex(), root.toHex())
  return verifyMerkleProof(key, [...proof])
}

async function pruneAll(store: Store, height: bigint): Promise<number> {
  for (let slices = 0; ; slices++) {
    const changes = await prune(store, height)
    if (changes.length === 0) return slices
    assert.ok(changes.length <= stateLimits.pruneKeys.value + 2)
    await store.write(changes, { sync: false })
  }
}

async function countKeys(store: Store, prefix: number): Promise<number> {
  let found = 0
  for await (const _ of store.entries({
    gte: Uint8Array.of(prefix, 0),
    lt: Uint8Array.of(prefix + 1),
  })) {
    found++
  }
  return found
}

describe('The history of the state', () => {
  it('answers at every height what was true then, with proofs against the root of then', async () => {
    const store = openMemory()
    const heights = await record(store, 60, 1)
    for (const [height, recorded] of heights.entries()) await compareHeight(store, height, recorded)
    const last = heights.at(-1)!
    for (const address of addresses) await verify(store, address.bytes, last.root, last.model)
  }).timeout(60_000)

  it('clears past storage as it was then', async () => {
    const store = openMemory()
    const heights = await record(store, 40, 2)
    for (const [height, { model }] of heights.entries()) {
      const source = historicalSource(store, BigInt(height))
      for (const address of addresses) {
        const held = new Map(
          (await source.slots(address.bytes)).map(([slot, value]) => [slot.toHex(), value]),
        )
        assert.deepEqual(held, model.get(address.bytes.toHex())?.slots ?? new Map())
      }
    }
  })

  it('stays what it was for a snapshot while blocks and pruning go on', async () => {
    const store = openMemory()
    const heights = await record(store, 20, 3)
    const snapshot = store.snapshot()
    const state = headState(store)
    const dice = new Seeded(9)
    const model = copyModel(heights.at(-1)!.model)
    for (let height = 20n; height < 30n; height++) {
      for (let step = 0; step < 10; step++) await change(dice, state, model)
      await seal(store, state, height)
    }
    await pruneAll(store, 29n)
    for (const [height, recorded] of heights.entries())
      await compareHeight(snapshot, height, recorded)
  }).timeout(30_000)

  it('keeps after pruning every height from the oldest on, and says STATE_PRUNED below', async () => {
    const store = openMemory()
    const heights = await record(store, 50, 4)
    for (const oldest of [7, 7, 30, 49]) {
      await pruneAll(store, BigInt(oldest))
      assert.equal(oldestHeight(store), BigInt(oldest))
      for (const [height, recorded] of heights.entries()) {
        if (height >= oldest) await compareHeight(store, height, recorded)
        else {
          const past = new State(historicalSource(store, BigInt(height)))
          await assert.rejects(past.getAccount(addresses[0]!), (error) =>
            isFault(error, 'STATE_PRUNED'),
          )
        }
      }
    }
    assert.equal(await countKeys(store, statePrefixes.old), 0)
    assert.equal(await countKeys(store, statePrefixes.changed), 0)
  }).timeout(60_000)

  it('shows no reader a wrong past between two slices of pruning', async () => {
    const store = openMemory()
    const heights = await record(store, 25, 5)
    for (;;) {
      const changes = await prune(store, 20n)
      if (changes.length === 0) break
      await store.write(changes, { sync: false })
      const oldest = Number(oldestHeight(store))
      for (const [height, recorded] of heights.entries()) {
        if (height >= oldest) await compareHeight(store, height, recorded)
      }
    }
    assert.equal(oldestHeight(store), 20n)
  }).timeout(60_000)

  it('prunes a block of many changes in slices', async () => {
    const store = openMemory()
    const state = headState(store)
    const address = addresses[0]!
    await state.putAccount(address, new Account(1n))
    await seal(store, state, 0n, { history: false })
    for (let index = 0; index < 5000; index++) {
      await state.putStorage(address, keccak256(Uint8Array.of(index >> 8, index)), Uint8Array.of(1))
    }
    await seal(store, state, 1n)
    assert.ok((await countKeys(store, statePrefixes.old)) > 5000)
    assert.ok((await pruneAll(store, 1n)) > 2)
    assert.equal(await countKeys(store, statePrefixes.old), 0)
    assert.equal(await countKeys(store, statePrefixes.changed), 0)
  })

  it('does not answer for heights whose changes were written without history', async () => {
    const store = openMemory()
    const state = headState(store)
    const dice = new Seeded(6)
    const model: Model = new Map()
    for (let height = 0n; height < 5n; height++) {
      for (let step = 0; step < 10; step++) await change(dice, state, model)
      await seal(store, state, height, { history: height !== 3n })
    }
    assert.equal(oldestHeight(store), 3n)
    await assert.rejects(
      new State(historicalSource(store, 2n)).getAccount(addresses[0]!),
      (error) => isFault(error, 'STATE_PRUNED'),
    )
  })

  it('is whole at some block after power was lost at any moment, and goes on from there', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const dice = new Seeded(seed)
      let store = new FaultStore()
      const heights: Recorded[] = []
      let state = headState(store)
      let model: Model = new Map()
      for (let round = 0; round < 30; round++) {
        for (let step = dice.below(10); step >= 0; step--) await change(dice, state, model)
        await seal(store, state, BigInt(heights.length), { sync: dice.oneIn(3) })
        heights.push({ model: copyModel(model), root: state.root() })
        if (!dice.oneIn(6)) continue
        const kept = dice.below(store.atRisk + 1)
        heights.length -= store.atRisk - kept
        store = await store.crashKeeping(kept)
        state = headState(store)
        model = copyModel(heights.at(-1)?.model ?? new Map())
        if (heights.length > 0) assert.equal(state.root().toHex(), heights.at(-1)?.root.toHex())
        await compareState(state, model)
      }
      for (const [height, recorded] of heights.entries())
        await compareHeight(store, height, recorded)
    }
  }).timeout(60_000)
})
