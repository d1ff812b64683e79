import assert from 'node:assert/strict'

import { limits } from '../../../chain/pool/limits.ts'
import { gwei, Wallet } from '../pars/wallet.ts'
import { Pooled } from './pooled.ts'

const alice = new Wallet('alice')
const bob = new Wallet('bob')
const cost = 45_028n * 10n * gwei + 1n

describe('the pool when head moves', () => {
  it('lets go what is in a block, without a reason, and what another took the nonce of, with one', async () => {
    const pooled = new Pooled(alice)
    const [first, second, third] = [0n, 1n, 2n].map((nonce) => alice.wire({ nonce }))
    await pooled.submitAll([first!, second!, third!])
    pooled.mine(first!, alice.wire({ nonce: 1n, value: 5n }))
    assert.equal(pooled.pool.size, 1)
    assert(pooled.has(third!))
    assert.equal(await pooled.evicted(first!), undefined)
    assert.equal(await pooled.evicted(second!), 'TX_NONCE_TOO_LOW')
    assert.equal(await pooled.onDisk(), 1)
  })

  it('frees the quota of what is in a block', async () => {
    const pooled = new Pooled()
    pooled.view.set(alice.address, { balance: cost })
    const [first, second] = [alice.wire({ nonce: 0n }), alice.wire({ nonce: 1n })]
    await pooled.submit(first)
    await assert.rejects(pooled.submit(second), { code: 'POOL_OVERDRAWN' })
    pooled.mine(first)
    await pooled.submit(second)
    assert(pooled.has(second))
  })

  it('lets the transactions of an old key go when the key changes', async () => {
    const pooled = new Pooled(alice, bob)
    const next = new Wallet('next key')
    const mine = [alice.wire(), alice.wire({ nonceKey: 2n })]
    await pooled.submitAll([...mine, bob.wire()])
    pooled.view.register(alice.address, next.key)
    pooled.pool.headChanged([alice.address])
    assert.equal(pooled.pool.size, 1)
    for (const wire of mine) assert.equal(await pooled.evicted(wire), 'TX_KEY_NOT_SENDERS')
    await assert.rejects(pooled.submit(mine[0]!), { code: 'TX_KEY_NOT_SENDERS' })
    await pooled.submit(next.wire({ sender: alice.address, key: next.keyHash }))
    assert.equal(pooled.pool.size, 2)
  })

  it('keeps them when the account registers the key that it had', async () => {
    const pooled = new Pooled(alice)
    await pooled.submit(alice.wire())
    pooled.view.register(alice.address, alice.key)
    pooled.pool.headChanged([alice.address])
    assert.equal(pooled.pool.size, 1)
  })

  it('lets the latest go when the balance no longer covers all', async () => {
    const pooled = new Pooled(alice)
    const wires = [0n, 1n, 2n, 3n].map((nonce) => alice.wire({ nonce }))
    await pooled.submitAll(wires)
    pooled.view.set(alice.address, { balance: 2n * cost })
    pooled.pool.headChanged([alice.address])
    assert.deepEqual(
      wires.map((wire) => pooled.has(wire)),
      [true, true, false, false],
    )
    assert.equal(await pooled.evicted(wires[3]!), 'POOL_OVERDRAWN')
  })

  it('sheds from the ends of the lanes, so that what stays can run', async () => {
    const pooled = new Pooled(alice)
    const [late, lane, early] = [
      alice.wire({ nonce: 1n }),
      alice.wire({ nonceKey: 1n, gasLimit: 45_028n + 22_100n }),
      alice.wire({ nonce: 0n }),
    ]
    for (const wire of [late, lane, early]) await pooled.submit(wire)
    pooled.view.set(alice.address, { balance: cost })
    pooled.pool.headChanged([alice.address])
    assert.deepEqual(
      [late, lane, early].map((wire) => pooled.has(wire)),
      [false, false, true],
    )
  })

  it('lets the expired go, and keeps their slots taken for ten minutes', async () => {
    const pooled = new Pooled(alice)
    const lasting = Array.from({ length: 63 }, (_, nonce) => alice.wire({ nonce: BigInt(nonce) }))
    const brief = alice.wire({ nonce: 63n, validUntil: 1100n })
    await pooled.submitAll([...lasting, brief])
    pooled.position = { ...pooled.position, timestamp: 1100n }
    pooled.pool.headChanged([])
    assert(pooled.has(brief))
    pooled.position = { ...pooled.position, timestamp: 1101n }
    pooled.pool.headChanged([])
    assert(!pooled.has(brief))
    assert.equal(await pooled.evicted(brief), 'TX_EXPIRED')
    const another = alice.wire({ nonce: 63n })
    await assert.rejects(pooled.submit(another), { code: 'POOL_SENDER_FULL' })
    pooled.clock.advance(limits.expiredSlot.value)
    await assert.rejects(pooled.submit(another), { code: 'POOL_SENDER_FULL' })
    pooled.clock.advance(1)
    await pooled.submit(another)
    assert.equal(pooled.pool.size, 64)
  })

  it('remembers those slots also when the sender has nothing else here', async () => {
    const pooled = new Pooled(alice)
    const brief = Array.from({ length: 64 }, (_, nonce) =>
      alice.wire({ nonce: BigInt(nonce), validUntil: 1100n }),
    )
    await pooled.submitAll(brief)
    pooled.position = { ...pooled.position, timestamp: 1101n }
    pooled.pool.headChanged([])
    pooled.pool.headChanged([alice.address])
    assert.equal(pooled.pool.size, 0)
    await assert.rejects(pooled.submit(alice.wire()), { code: 'POOL_SENDER_FULL' })
  })

  it('lets nothing go for a base fee that may fall again', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    await pooled.submit(wire)
    pooled.position = { ...pooled.position, baseFee: 11n * gwei }
    pooled.pool.headChanged([alice.address])
    assert(pooled.has(wire))
    assert.deepEqual(pooled.ready(), [])
  })

  it('looks again, after the signature, at what the block of meanwhile changed', async () => {
    const pooled = new Pooled(alice)
    const gate = Promise.withResolvers<void>()
    const wire = alice.wire()
    pooled.beforeVerification = () => gate.promise
    pooled.beforeWrite = () => Promise.reject(new TypeError('nothing to write'))
    const submitted = pooled.submit(wire)
    pooled.mine(alice.wire({ value: 9n }))
    gate.resolve()
    await assert.rejects(submitted, { code: 'TX_NONCE_TOO_LOW' })
    assert.equal(pooled.pool.size, 0)
    assert.equal(await pooled.onDisk(), 0)
  })

  it('counts what is pooled on top of the account nonce', async () => {
    const pooled = new Pooled(alice, bob)
    pooled.view.set(alice.address, { nonce: 4n })
    assert.equal(pooled.pool.pendingNonce(alice.address), 4n)
    await pooled.submitAll([4n, 5n, 7n].map((nonce) => alice.wire({ nonce })))
    await pooled.submit(alice.wire({ nonceKey: 6n }))
    assert.equal(pooled.pool.pendingNonce(alice.address), 6n)
    assert.equal(pooled.pool.pendingNonce(bob.address), 0n)
    await pooled.submit(bob.wire({ nonceKey: 9n, nonce: 0n }))
    assert.equal(pooled.pool.pendingNonce(bob.address, 9n), 1n)
    assert.equal(pooled.pool.pendingNonce(bob.address), 0n)
  })
})
