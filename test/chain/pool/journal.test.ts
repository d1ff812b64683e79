import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { fixed, hex } from '#base'
import { type Change, openMemory } from '#storage'

import { keys } from '../../../chain/block/layout.ts'
import { evictionOf, type PooledRecord, PoolJournal } from '../../../chain/pool/journal.ts'
import { limits } from '../../../chain/pool/limits.ts'
import { decode, gwei, Wallet } from '../pars/wallet.ts'
import { Pooled, turns } from './pooled.ts'

const alice = new Wallet('alice')
const bob = new Wallet('bob')
const broken = new TypeError('no space left on device')

function hashOf(index: number): Uint8Array {
  return fixed(index, 32)
}

function byHash(records: readonly PooledRecord[]): readonly PooledRecord[] {
  return records.toSorted((a, b) => (hex(a.hash) < hex(b.hash) ? -1 : 1))
}

describe('the pool on disk', () => {
  it('acknowledges only what is on disk', async () => {
    const pooled = new Pooled(alice)
    const writing = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    pooled.beforeWrite = () => {
      writing.resolve()
      return gate.promise
    }
    let acknowledged = 0
    const [wire, twin] = [alice.wire(), alice.wire()]
    const first = pooled.submit(wire).then(() => acknowledged++)
    await writing.promise
    const second = pooled.submit(twin).then(() => acknowledged++)
    await turns()
    assert.equal(acknowledged, 0)
    gate.resolve()
    await Promise.all([first, second])
    assert.equal(acknowledged, 2)
    assert.equal(pooled.verifications.length, 1)
    assert.equal(await pooled.onDisk(), 1)
  })

  it('looks again, after the write, at what the block of meanwhile changed', async () => {
    const other = alice.wire({ value: 9n })
    const wire = alice.wire()
    for (const mined of [other, wire]) {
      const pooled = new Pooled(alice)
      const writing = Promise.withResolvers<void>()
      const gate = Promise.withResolvers<void>()
      pooled.beforeWrite = () => {
        writing.resolve()
        return gate.promise
      }
      const submitted = pooled.submit(wire)
      await writing.promise
      pooled.mine(mined)
      gate.resolve()
      if (mined === wire) assert.deepEqual(await submitted, decode(wire).hash)
      else await assert.rejects(submitted, { code: 'TX_NONCE_TOO_LOW' })
      assert.equal(pooled.pool.size, 0)
      assert.equal(await pooled.onDisk(), 0)
    }
  })

  it('is as before when a write fails, and takes the transaction later', async () => {
    const pooled = new Pooled(alice)
    const first = alice.wire()
    await pooled.submit(first)
    const { bytes } = pooled.pool
    const raise = { maxFeePerGas: 20n * gwei, maxPriorityFeePerGas: 2n * gwei }
    const replacement = alice.wire(raise)
    pooled.beforeWrite = () => Promise.reject(broken)
    await assert.rejects(pooled.submit(replacement), broken)
    await assert.rejects(pooled.submit(alice.wire({ nonce: 1n })), broken)
    assert.deepEqual([pooled.pool.size, pooled.pool.bytes], [1, bytes])
    assert.deepEqual(pooled.ready(), [decode(first).wireHash.toHex()])
    pooled.beforeWrite = async () => {}
    await pooled.submit(replacement)
    assert(pooled.has(replacement))
    assert.equal(await pooled.evicted(first), 'POOL_REPLACED')
  })

  it('fails both encodings of a payload that wait for one write', async () => {
    const pooled = new Pooled(alice)
    pooled.beforeWrite = () => Promise.reject(broken)
    const outcomes = await Promise.allSettled([
      pooled.submit(alice.wire()),
      pooled.submit(alice.wire()),
    ])
    assert(outcomes.every(({ status }) => status === 'rejected'))
    assert.equal(pooled.pool.size, 0)
  })

  it('gives everything back after a restart, in its order', async () => {
    const pooled = new Pooled(alice, bob)
    const wires = [
      alice.wire({ nonce: 1n }),
      alice.wire({ nonceKey: 3n }),
      alice.wire({ nonce: 0n }),
      bob.wire({ nonce: 4n }),
    ]
    for (const wire of wires) {
      await pooled.submit(wire)
      pooled.clock.advance(1)
    }
    const { size, bytes } = pooled.pool
    const ready = pooled.ready()
    let writes = 0
    pooled.beforeWrite = async () => void writes++
    await pooled.restart()
    assert.deepEqual([pooled.pool.size, pooled.pool.bytes], [size, bytes])
    assert.deepEqual(pooled.ready(), ready)
    assert.equal(writes, 0)
    await pooled.restart()
    assert.equal(pooled.pool.size, size)
  })

  it('keeps what it acknowledged over a restart, also where it would not take it now', async () => {
    const pooled = new Pooled(alice, bob)
    const [brief, cheap] = [
      alice.wire({ validUntil: 1100n }),
      bob.wire({ maxFeePerGas: 2n * gwei }),
    ]
    await pooled.submitAll([brief, cheap])
    pooled.position = { ...pooled.position, timestamp: 1090n, baseFee: 3n * gwei }
    await pooled.restart()
    assert(pooled.has(brief))
    assert(pooled.has(cheap))
  })

  it('says why it does not give a transaction back', async () => {
    const pooled = new Pooled(alice, bob)
    const poor = new Wallet('poor')
    pooled.view.set(poor.address, { balance: 10n ** 20n })
    const wires = {
      mined: alice.wire({ nonce: 0n }),
      used: alice.wire({ nonce: 1n }),
      expired: alice.wire({ nonce: 2n, validUntil: 1050n }),
      rotated: bob.wire(),
      unfunded: poor.wire(),
      kept: alice.wire({ nonce: 3n }),
    }
    await pooled.submitAll(Object.values(wires))
    pooled.mined.add(hex(decode(wires.mined).hash))
    pooled.view.set(alice.address, { nonce: 2n })
    pooled.view.register(bob.address, new Wallet('next').key)
    pooled.view.set(poor.address, { balance: 0n })
    pooled.position = { ...pooled.position, timestamp: 1051n }
    await pooled.restart()
    assert.equal(pooled.pool.size, 1)
    assert(pooled.has(wires.kept))
    const reasons: Record<string, string | undefined> = {}
    for (const [name, wire] of Object.entries(wires)) reasons[name] = await pooled.evicted(wire)
    assert.deepEqual(reasons, {
      mined: undefined,
      used: 'TX_NONCE_TOO_LOW',
      expired: 'TX_EXPIRED',
      rotated: 'TX_KEY_NOT_SENDERS',
      unfunded: 'TX_UNFUNDED',
      kept: undefined,
    })
    assert.equal(await pooled.onDisk(), 1)
  })

  it('still counts what expired against its sender, also what expired meanwhile', async () => {
    const pooled = new Pooled(alice)
    const most = limits.transactionsPerSender.value
    const brief = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        alice.wire({ nonce: BigInt(from + index), validUntil: 1050n }),
      )
    await pooled.submitAll(brief(0, most - 1))
    pooled.position = { ...pooled.position, timestamp: 1051n }
    pooled.pool.headChanged([])
    await pooled.pool.settled()
    pooled.position = { ...pooled.position, timestamp: 1000n }
    await pooled.submitAll(brief(most - 1, 1))
    pooled.position = { ...pooled.position, timestamp: 1051n }
    const again = alice.wire()
    for (const _ of ['once', 'twice']) {
      await pooled.restart()
      await pooled.pool.settled()
      assert.equal(pooled.pool.size, 0)
      await assert.rejects(pooled.submit(again), { code: 'POOL_SENDER_FULL' })
    }
    pooled.clock.advance(limits.expiredSlot.value + 1)
    await pooled.restart()
    await pooled.submit(again)
  })

  it('gives back the replacement when the end came between the two records', async () => {
    const pooled = new Pooled(alice)
    const first = alice.wire()
    await pooled.submit(first)
    pooled.clock.advance(1)
    const raise = { maxFeePerGas: 20n * gwei, maxPriorityFeePerGas: 2n * gwei }
    const replacement = alice.wire(raise)
    let writes = 0
    pooled.beforeWrite = async () => {
      if (++writes > 1) throw broken
    }
    await pooled.submit(replacement)
    await pooled.pool.settled()
    assert.equal(await pooled.onDisk(), 2)
    pooled.beforeWrite = async () => {}
    await pooled.restart()
    assert.equal(pooled.pool.size, 1)
    assert(pooled.has(replacement))
    assert.equal(await pooled.evicted(first), 'POOL_REPLACED')
  })

  it('verifies again what it reads', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    const { hash } = decode(wire)
    await pooled.submit(wire)
    const record = pooled.store.get(keys.pooled(hash))!.slice()
    record[record.length - 150] = record[record.length - 150]! ^ 1
    await pooled.store.write([{ type: 'put', key: keys.pooled(hash), value: record }], {
      sync: true,
    })
    await pooled.restart()
    assert.equal(pooled.pool.size, 0)
    assert.equal(await pooled.evicted(wire), 'TX_BAD_SIGNATURE')
  })

  it('does not start from a record that is none', async () => {
    const pooled = new Pooled(alice)
    const key = keys.pooled(new Uint8Array(32))
    const few = Uint8Array.of(0xc1, 0x80)
    const many = Uint8Array.of(0xc4, 0x80, 0x80, 0x80, 0x80)
    const deep = Uint8Array.of(0xc2, 0xc0, 0x80)
    for (const value of [Uint8Array.of(0x81), Uint8Array.of(0x80), few, many, deep]) {
      await pooled.store.write([{ type: 'put', key, value }], { sync: true })
      await assert.rejects(pooled.restart(), { code: 'STORE_CORRUPT' })
    }
  })

  it('forgets why it let a transaction go that came back', async () => {
    const pooled = new Pooled(alice)
    const [first, second] = [alice.wire({ value: 1n }), alice.wire({ value: 2n })]
    const raise = { maxFeePerGas: 20n * gwei, maxPriorityFeePerGas: 2n * gwei }
    await pooled.submit(first)
    await pooled.submit(alice.wire({ value: 3n, ...raise, validUntil: 1040n }))
    assert.equal(await pooled.evicted(first), 'POOL_REPLACED')
    pooled.position = { ...pooled.position, timestamp: 1041n }
    pooled.pool.headChanged([])
    await pooled.submit(first)
    assert(pooled.has(first))
    assert.equal(await pooled.evicted(first), undefined)
    await assert.rejects(pooled.submit(second), { code: 'POOL_UNDERPRICED' })
  })
})

describe('the journal', () => {
  it('shares a write among the changes that come while one runs', async () => {
    const batches: number[] = []
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const journal = new PoolJournal((changes) => {
      batches.push(changes.length)
      return gates[batches.length - 1]!.promise
    })
    const first = journal.done(hashOf(0))
    await turns()
    const rest = [journal.done(hashOf(1)), journal.done(hashOf(2)), journal.done(hashOf(3))]
    assert.deepEqual(batches, [1])
    gates[0]!.resolve()
    await first
    await turns()
    assert.deepEqual(batches, [1, 3])
    let settled = false
    const end = journal.settled().then(() => (settled = true))
    await turns()
    assert.equal(settled, false)
    gates[1]!.resolve()
    await Promise.all([...rest, end])
    assert.deepEqual(batches, [1, 3])
  })

  it('goes on after a write that failed', async () => {
    let fail = true
    const journal = new PoolJournal(() => (fail ? Promise.reject(broken) : Promise.resolve()))
    await assert.rejects(journal.done(hashOf(0)), broken)
    await journal.settled()
    fail = false
    await journal.done(hashOf(1))
  })

  it('remembers so many evictions, the latest, over restarts too', async () => {
    const store = openMemory()
    const persist = (changes: readonly Change[]) => store.write(changes, { sync: true })
    const most = limits.evictions.value
    const journal = new PoolJournal(persist)
    const evict = (on: PoolJournal, index: number) =>
      on.evict(hashOf(index), { reason: 'POOL_FULL', at: 1000 + index })
    await Promise.all(Array.from({ length: most }, (_, index) => evict(journal, index)))
    assert.deepEqual(evictionOf(store, hashOf(0)), { reason: 'POOL_FULL', at: 1000 })
    const next = new PoolJournal(persist)
    await next.load(store)
    await evict(next, most)
    assert.equal(evictionOf(store, hashOf(0)), undefined)
    assert.notEqual(evictionOf(store, hashOf(1)), undefined)
    assert.notEqual(evictionOf(store, hashOf(most)), undefined)
  })

  it('gives records back as they were, oldest first', async () => {
    const record = fc.record(
      {
        hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        wire: fc.uint8Array({ maxLength: 300 }),
        receivedAt: fc.nat(),
      },
      { noNullPrototype: true },
    )
    const records = fc.uniqueArray(record, { selector: ({ hash }) => hex(hash), maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(records, async (all) => {
        const store = openMemory()
        const journal = new PoolJournal((changes) => store.write(changes, { sync: true }))
        await Promise.all(all.map((one) => journal.add(one)))
        const { pooled: loaded } = await journal.load(store)
        assert.deepEqual(byHash(loaded), byHash(all))
        const times = loaded.map(({ receivedAt }) => receivedAt)
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
      }),
      { numRuns: 50 },
    )
  })
})
