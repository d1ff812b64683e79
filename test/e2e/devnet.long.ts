/** Four validators as real processes: two of them away, and a folder that was put back. */
import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'

import { Cluster } from './cluster.ts'
import { Bench } from './node.ts'

describe('four validators over longer', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let cluster: Cluster

  before(async () => {
    cluster = await Cluster.create(bench)
    await cluster.start(...cluster.all)
  })
  after(() => bench[Symbol.asyncDispose]())
  afterEach(() => cluster.assertNoEquivocation())

  it('commit nothing while two are away, and go on when they are back', async () => {
    await cluster.transfer(0)
    await Promise.all([cluster.kill(2), cluster.kill(3)])
    const [from, to] = await cluster.at(0).ask<string[]>('eth_accounts')
    const hash = await cluster.at(0).ask<string>('eth_sendTransaction', { from, to, value: '0x2' })
    let looks = 0
    await cluster.until(async () => {
      const standings = await Promise.all([0, 1].map((index) => cluster.standing(index)))
      // What the two sent before they were killed can still complete a round, and a commit.
      const heard = standings.flatMap(({ validators }) => [2, 3].map((at) => validators[at]!.round))
      for (const { round, committed } of standings) {
        assert.ok(round <= Math.max(...heard) + 1, 'no round without a quorum in the one before')
        assert.ok(committed <= round - 2, 'no commit without two rounds above its leader')
      }
      assert.equal(await cluster.at(0).ask('eth_getTransactionReceipt', hash), null)
      return ++looks === 20
    })
    await cluster.start(2, 3)
    const { blockNumber } = await cluster.at(3).receipt<{ blockNumber: string }>(hash)
    await cluster.untilFinal(Number(blockNumber), cluster.all)
    await cluster.assertAgreement()
  })

  it('take one back that has lost its data and kept its keys', async () => {
    const { data } = cluster.devnet.places[3]!
    await cluster.kill(3)
    const before = await cluster.transfer(0)
    for (const lost of ['dag', 'chain', 'peers', 'genesis.json']) {
      rmSync(path.join(data, lost), { recursive: true, force: true })
    }
    await cluster.start(3)
    await cluster.untilFinal(before, [3])
    await cluster.untilBuilding(3, 0)
    await cluster.kill(0)
    await cluster.transfer(3)
    await cluster.start(0)
    await cluster.untilFinal(await cluster.transfer(0), cluster.all)
    await cluster.assertAgreement()
  })

  it('see through a folder of yesterday, which signs nothing twice', async () => {
    const { data } = cluster.devnet.places[1]!
    await cluster.kill(1, 'SIGTERM')
    const yesterday = bench.path('yesterday')
    cpSync(data, yesterday, { recursive: true })
    await cluster.start(1)
    const later = await cluster.transfer(1)
    await cluster.untilFinal(later, cluster.all)
    await cluster.kill(1)
    rmSync(data, { recursive: true })
    cpSync(yesterday, data, { recursive: true })
    await cluster.start(1)
    await cluster.untilFinal(later, [1])
    await cluster.untilBuilding(1, 0)
    await cluster.untilFinal(await cluster.transfer(1), cluster.all)
    await cluster.assertAgreement()
  })
})
