/** Four validators as real processes: what they agree on, what they survive, what they never do. */
import assert from 'node:assert/strict'

import { Cluster } from './cluster.ts'
import { Bench } from './node.ts'

describe('four validators', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let cluster: Cluster

  before(async () => {
    cluster = await Cluster.create(bench)
    await cluster.start(...cluster.all)
  })
  after(() => bench[Symbol.asyncDispose]())
  afterEach(() => cluster.assertNoEquivocation())

  it('execute identical blocks and make them final', async () => {
    const first = await cluster.transfer(0)
    const later = await cluster.transfer(3)
    assert.ok(later > first)
    await cluster.untilFinal(later, cluster.all)
    await cluster.assertAgreement()
  })

  it('go on when one is killed, which catches up and takes part again', async () => {
    await cluster.kill(1)
    const without = await cluster.transfer(0)
    await cluster.start(1)
    await cluster.untilFinal(without, [1])
    await cluster.until(async () => (await cluster.standing(1)).standing === 'signing')
    // Without the second one only its restarted self makes a quorum.
    await cluster.kill(2)
    await cluster.transfer(1)
    await cluster.start(2)
    await cluster.untilFinal(await cluster.transfer(2), cluster.all)
    await cluster.assertAgreement()
  })
})
