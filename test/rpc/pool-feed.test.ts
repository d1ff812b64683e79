import assert from 'node:assert/strict'

import { fixed } from '#base'
import type { AddedTransaction } from '#chain'
import { limits } from '#rpc'

import { Stretch } from '../../rpc/stretch.ts'
import { PoolFeed } from '../../rpc/subscriptions/pool-feed.ts'
import { ManualClock } from './manual.ts'

describe('what filters remember of the pool', () => {
  it('is the latest of it, and what came before is known to be lost', () => {
    let listener: ((added: AddedTransaction) => void) | undefined
    const pool = {
      onAdded(given: (added: AddedTransaction) => void) {
        listener = given
        return () => (listener = undefined)
      },
    }
    const feed = new PoolFeed(pool, new Stretch(new ManualClock()))
    const most = limits.recentTransactions.value
    const add = (index: number) => {
      const hash = fixed(index, 32)
      listener?.({ hash, wire: hash, sender: hash })
    }
    for (let index = 1; index <= 3 * most; index++) add(index)
    assert.equal(feed.last, BigInt(3 * most))
    assert.deepEqual(feed.since(feed.last), [])
    assert.deepEqual(feed.since(feed.last - 2n), [fixed(3 * most - 1, 32), fixed(3 * most, 32)])
    const remembered = feed.since(feed.last - BigInt(most))
    assert.deepEqual(remembered?.[0], fixed(2 * most + 1, 32))
    assert.equal(feed.since(feed.last - 2n * BigInt(most)), undefined)
    assert.equal(feed.since(0n), undefined)
    feed.close()
    assert.equal(listener, undefined)
  })
})
