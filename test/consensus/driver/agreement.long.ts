import assert from 'node:assert/strict'

import { Cluster } from './cluster.ts'

const busy = { idleRoundDelay: 200 }

describe('validators over a network', function () {
  this.timeout(60_000)

  it('commit, execute and make final the same blocks', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    await cluster.run(6_000)
    assert.ok(cluster.agreement() > 10)
    for (const { status, execution, events } of cluster.nodes) {
      assert.deepEqual(events, [])
      assert.ok(execution.finalized > 5)
      assert.equal(status.finalized, execution.finalized)
      assert.equal(status.standing, 'signing')
      assert.equal(status.store, 'intact')
    }
    assert.deepEqual(cluster.bans, [])
  })

  it('order each transaction once and take it from the pool', async () => {
    const cluster = await new Cluster({ validators: 4 }).boot()
    const transactions = [1, 2, 3].map((byte) => new Uint8Array(100).fill(byte))
    cluster.node(0).submit(...transactions)
    assert.ok(
      await cluster.until(() =>
        cluster.nodes.every(({ execution }) => execution.executedTransactions.length === 3),
      ),
    )
    const expected = transactions.map((bytes) => bytes.toHex())
    for (const { execution } of cluster.nodes) {
      assert.deepEqual(execution.executedTransactions, expected)
      assert.equal(execution.pool.length, 0)
    }
  })

  it('slow down when there is nothing to order', async () => {
    const cluster = await new Cluster({ validators: 4 }).boot()
    await cluster.run(4_000)
    const before = cluster.node(0).status.round
    await cluster.run(10_000)
    assert.ok(cluster.node(0).status.round - before <= 6)
  })

  it('go on when one of four is gone, and not when two are', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    await cluster.run(3_000)
    await cluster.node(3).kill()
    const before = cluster.node(0).chain.length
    await cluster.run(6_000)
    const between = cluster.node(0).chain.length
    assert.ok(between > before + 5)
    await cluster.node(2).kill()
    await cluster.run(1_000)
    const stalled = cluster.node(0).chain.length
    await cluster.run(6_000)
    assert.equal(cluster.node(0).chain.length, stalled)
    await cluster.node(2).boot()
    await cluster.run(6_000)
    assert.ok(cluster.node(0).chain.length > stalled + 3)
    assert.deepEqual(cluster.bans, [])
  })

  it('are followed by a node without a key', async () => {
    const cluster = await new Cluster({ validators: 4, followers: 1, parameters: busy }).boot()
    await cluster.run(6_000)
    const follower = cluster.node(4)
    assert.ok(cluster.agreement() > 10)
    assert.equal(follower.status.standing, 'following')
    assert.equal(follower.status.author, undefined)
    assert.equal(follower.published.size, 0)
    assert.ok(follower.execution.finalized > 5)
  })
})
