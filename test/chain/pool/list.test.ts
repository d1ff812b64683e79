import assert from 'node:assert/strict'

import { hex } from '#base'

import { Wallet } from '../pars/wallet.ts'
import { Pooled } from './pooled.ts'

const [alice, bob] = ['list alice', 'list bob'].map((name) => new Wallet(name)) as [Wallet, Wallet]

function shown({ pool }: Pooled, sender?: Uint8Array): unknown[] {
  return pool
    .list(sender)
    .map(({ nonceKey, nonce, isExecutable }) => [nonceKey, nonce, isExecutable])
}

describe('what the pool lists', () => {
  it('is by lane and nonce, and says what waits behind a gap', async () => {
    const pooled = new Pooled(alice, bob)
    await pooled.submitAll([
      alice.wire({ nonceKey: 7n, nonce: 1n }),
      alice.wire({ nonce: 3n }),
      alice.wire({ nonceKey: 5n, nonce: 0n }),
      alice.wire({ nonce: 0n }),
      alice.wire({ nonce: 1n }),
      bob.wire({ nonce: 2n }),
    ])
    const own = [
      [0n, 0n, true],
      [0n, 1n, true],
      [0n, 3n, false],
      [5n, 0n, true],
      [7n, 1n, false],
    ]
    assert.deepEqual(shown(pooled, alice.address), own)
    assert.deepEqual(shown(pooled, bob.address), [[0n, 2n, false]])
    assert.deepEqual(shown(pooled, new Uint8Array(20)), [])
    assert.equal(pooled.pool.list().length, 6)
  })

  it('names each with its hash, encoding and sender, as when it is asked for by hash', async () => {
    const pooled = new Pooled(alice, bob)
    await pooled.submitAll([alice.wire({ nonce: 0n }), bob.wire({ nonce: 0n })])
    const listed = pooled.pool.list()
    assert.deepEqual(
      listed.map(({ sender }) => hex(sender)).toSorted(),
      [alice, bob].map(({ address }) => hex(address)).toSorted(),
    )
    for (const { isExecutable, ...transaction } of listed) {
      assert.equal(isExecutable, true)
      assert.deepEqual(pooled.pool.byHash(transaction.hash), transaction)
    }
  })

  it('moves on with the head', async () => {
    const pooled = new Pooled(alice)
    const [first, later] = [alice.wire({ nonce: 0n }), alice.wire({ nonce: 1n })]
    await pooled.submitAll([later])
    assert.deepEqual(shown(pooled), [[0n, 1n, false]])
    pooled.mine(first)
    assert.deepEqual(shown(pooled), [[0n, 1n, true]])
    pooled.mine(later)
    assert.deepEqual(shown(pooled), [])
  })
})

describe('a listener of the pool', () => {
  it('hears of each transaction once, when it is in', async () => {
    const pooled = new Pooled(alice, bob)
    const heard: string[] = []
    const silence = pooled.pool.onAdded(({ hash, wireHash }) => {
      assert.ok(pooled.pool.byHash(hash) !== undefined)
      assert.ok(pooled.pool.hasEncoding(wireHash.toHex()))
      heard.push(hex(hash))
    })
    const first = alice.wire({ nonce: 0n })
    const hash = await pooled.submit(first)
    await pooled.submit(first)
    await assert.rejects(pooled.submit(alice.wire({ nonce: 0n, value: 2n })))
    assert.deepEqual(heard, [hex(hash)])
    silence()
    await pooled.submit(bob.wire())
    assert.equal(heard.length, 1)
  })
})
