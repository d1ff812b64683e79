import assert from 'node:assert/strict'

import { exportProtection, importProtection } from '#consensus'

import { FaultStore } from '../../storage/fault-store.ts'
import { Cluster, genesisHash } from './cluster.ts'

const busy = { idleRoundDelay: 200 }

describe('the interchange file', function () {
  this.timeout(60_000)

  it('moves a validator to another machine, which signs above its floor', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(0)
    await cluster.run(3_000)
    await node.kill()
    const text = await node.protection()
    const highest = Math.max(...node.published.keys())
    node.store = new FaultStore()
    assert.equal(await importProtection(node.store, genesisHash, text), 1)
    await node.boot()
    assert.equal(node.status.store, 'intact')
    assert.ok(await cluster.until(() => Math.max(...node.published.keys()) > highest, 20_000))
    for (const digests of node.published.values()) assert.equal(digests.size, 1)
    cluster.agreement()
  })

  it('raises floors and never lowers one', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(0)
    await cluster.run(2_000)
    const early = await node.protection()
    await cluster.run(2_000)
    await node.kill()
    const late = await node.protection()
    await importProtection(node.store, genesisHash, early)
    assert.equal(await node.protection(), late)
    const other = new FaultStore()
    await importProtection(other, genesisHash, late)
    await importProtection(other, genesisHash, early)
    assert.equal(await exportProtection(other, genesisHash, 0), late)
  })

  it('of another network, of no format, or with a field out of range changes nothing', async () => {
    const cluster = await new Cluster({ validators: 1 }).boot()
    await cluster.run(1_000)
    const text = await cluster.node(0).protection()
    const store = new FaultStore()
    const refuses = async (bad: string) =>
      assert.rejects(importProtection(store, genesisHash, bad), { code: 'CONSENSUS_INTERCHANGE' })
    await refuses('')
    await refuses('{}')
    await refuses('[1]')
    await refuses(text.replace('slashing', 'other'))
    await refuses(text.replace(genesisHash, '43'.repeat(32)))
    await refuses(text.replace(/"floor": \d+/, '"floor": -1'))
    await refuses(text.replace(/"floor": \d+/, '"floor": "1"'))
    await refuses(text.replace(/"floor": \d+/, '"floor": 4294967296'))
    await refuses(text.replace(/"signer": "0x../, '"signer": "0x'))
    await refuses(text.replace(/"hasBegun": true/, '"hasBegun": 1'))
    const twice = { ...JSON.parse(text) }
    await refuses(JSON.stringify({ ...twice, data: [...twice.data, ...twice.data] }))
    await assert.rejects(exportProtection(store, genesisHash, 0), { code: 'CONSENSUS_INTERCHANGE' })
  })
})

describe('one key in two processes', function () {
  this.timeout(60_000)

  it('is noticed by the one that came last, which signs nothing', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const [first] = cluster.nodes
    await cluster.run(2_000)
    const twin = cluster.twin(0)
    await twin.boot()
    assert.equal(twin.status.standing, 'amnesic')
    assert.ok(await cluster.until(() => twin.events.includes('doppelganger'), 20_000))
    assert.equal(twin.status.standing, 'stopped')
    assert.equal(twin.published.size, 0)
    const highest = Math.max(...(first?.published.keys() ?? []))
    await cluster.run(3_000)
    assert.equal(first?.status.standing, 'signing')
    assert.ok(Math.max(...(first?.published.keys() ?? [])) > highest)
  })
})
