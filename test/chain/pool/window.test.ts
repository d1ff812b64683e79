import assert from 'node:assert/strict'

import { limits } from '../../../chain/pool/limits.ts'
import { Rates } from '../../../chain/pool/rate.ts'
import { Window } from '../../../chain/pool/window.ts'
import { Wallet } from '../pars/wallet.ts'
import { Pooled, turns } from './pooled.ts'

describe('the verification window', () => {
  it('runs so many at once, in the order of arrival, and refuses more than it queues', async () => {
    const window = new Window({ width: 2, length: 3 })
    const started: number[] = []
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>())
    const runs = gates.map(({ promise }, index) =>
      window.run(() => {
        started.push(index)
        return promise
      }),
    )
    assert.deepEqual(started, [0, 1])
    await assert.rejects(
      window.run(async () => 0),
      { code: 'POOL_BUSY', facts: { code: 'POOL_BUSY', waiting: 3 } },
    )
    gates[1]!.resolve(1)
    await turns()
    assert.deepEqual(started, [0, 1, 2])
    for (const [index, gate] of gates.entries()) gate.resolve(index)
    assert.deepEqual(await Promise.all(runs), [0, 1, 2, 3, 4])
  })

  it('goes on after a task that fails', async () => {
    const window = new Window({ width: 1, length: 1 })
    const failing = window.run(() => Promise.reject(new TypeError('broken')))
    const next = window.run(async () => 'ran')
    await assert.rejects(failing, TypeError)
    assert.equal(await next, 'ran')
    assert.equal(await window.run(async () => 'again'), 'again')
  })

  it('bounds how many signatures the pool looks at beside each other', async () => {
    const wallets = Array.from({ length: 8 }, (_, index) => new Wallet(`window ${index}`))
    const pooled = new Pooled(...wallets)
    let running = 0
    let most = 0
    const gate = Promise.withResolvers<void>()
    pooled.beforeVerification = async () => {
      most = Math.max(most, ++running)
      await gate.promise
      running--
    }
    const all = pooled.submitAll(wallets.map((wallet) => wallet.wire()))
    await turns()
    assert.equal(running, limits.verifications.value)
    gate.resolve()
    await all
    assert.equal(most, limits.verifications.value)
    assert.equal(pooled.pool.size, 8)
  })
})

describe('rates', () => {
  const init = { perSecond: 10, burst: 3, clients: 2 }

  it('give back with time, up to the burst', () => {
    const rates = new Rates(init)
    const take = (now: number, count: number) =>
      Array.from({ length: count }, () => rates.take('a', now))
    assert.deepEqual(take(0, 4), [true, true, true, false])
    assert.deepEqual(take(99, 1), [false])
    assert.deepEqual(take(200, 3), [true, true, false])
    assert.deepEqual(take(60_000, 4), [true, true, true, false])
  })

  it('forget the client that was seen least recently', () => {
    const rates = new Rates(init)
    const empty = (client: string, now: number) => {
      while (rates.take(client, now));
    }
    empty('a', 0)
    empty('b', 0)
    assert.equal(rates.take('a', 0), false)
    empty('c', 0)
    assert.equal(rates.take('a', 0), false)
    assert.equal(rates.take('b', 0), true)
  })
})
