import assert from 'node:assert/strict'

import { utf8 } from '#base'
import { blockOf } from '#consensus'

import { DagStore } from '../../../consensus/store/dag-store.ts'
import { FaultStore } from '../../storage/fault-store.ts'
import { Cluster, genesisHash, type Node } from './cluster.ts'
import { TestChain } from './test-chain.ts'

const busy = { idleRoundDelay: 200 }

/** Every round of an own header, once: I4. */
function assertNeverTwice(nodes: readonly Node[]): void {
  for (const { published, index } of nodes) {
    for (const [round, digests] of published) {
      assert.equal(digests.size, 1, `node ${index} signed round ${round} ${digests.size} times`)
    }
  }
}

function highestPublished({ published }: Node): number {
  return Math.max(0, ...published.keys())
}

/** All but what node 1 says to node 3, which then asks for all of it. */
function isHeard(from: number, to: number): boolean {
  return from !== 1 || to !== 3
}

describe('a validator that ends', function () {
  this.timeout(120_000)

  it('goes on from its store without signing a round twice', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(3)
    for (let turn = 0; turn < 3; turn++) {
      await cluster.run(2_000)
      await node.kill()
      await cluster.run(1_000)
      await node.boot()
      assert.equal(node.status.store, 'intact')
      assert.ok(await cluster.until(() => node.status.standing === 'signing', 5_000))
    }
    const before = highestPublished(node)
    await cluster.run(3_000)
    assert.ok(highestPublished(node) > before + 3)
    assert.ok(cluster.agreement() > 20)
    assertNeverTwice(cluster.nodes)
    assert.deepEqual(cluster.bans, [])
    assert.ok(cluster.nodes.every(({ events }) => events.length === 0))
  })

  it('may be killed before any write, and comes back', async () => {
    for (const write of [1, 2, 3, 5, 8, 13]) {
      const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
      const node = cluster.node(0)
      let left = write
      let isDead = false
      node.onWrite = () => {
        if (--left > 0 || isDead) return
        isDead = true
        throw new Error('power is lost')
      }
      assert.ok(await cluster.until(() => isDead, 20_000), `no write ${write}`)
      await node.kill()
      node.onWrite = undefined
      node.events.length = 0
      await cluster.run(1_000)
      await node.boot()
      assert.notEqual(node.status.store, 'damaged')
      assert.ok(
        await cluster.until(() => node.status.standing === 'signing', 10_000),
        `write ${write}`,
      )
      const before = highestPublished(node)
      await cluster.run(2_000)
      assert.ok(highestPublished(node) > before, `signs again after write ${write}`)
      cluster.agreement()
      assertNeverTwice(cluster.nodes)
    }
  })

  it('without its folder asks a quorum and signs above what it may have signed', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(2)
    await cluster.run(4_000)
    await node.kill()
    node.store = new FaultStore()
    const highest = highestPublished(node)
    await cluster.run(1_000)
    await node.boot()
    assert.equal(node.status.store, 'unbegun')
    assert.equal(node.status.standing, 'amnesic')
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 10_000))
    await cluster.run(4_000)
    assert.ok(highestPublished(node) > highest + 2)
    assert.ok(cluster.agreement() > 20)
    assertNeverTwice(cluster.nodes)
  })

  it('without its folder signs nothing while a quorum of the others is not there', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    await cluster.run(3_000)
    await cluster.node(3).kill()
    await cluster.node(2).kill()
    const node = cluster.node(2)
    node.store = new FaultStore()
    const highest = highestPublished(node)
    await node.boot()
    await cluster.run(10_000)
    assert.equal(node.status.standing, 'amnesic')
    assert.equal(highestPublished(node), highest)
  })

  it('and dies again right after its recovery does not sign what it signed before', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(1)
    await cluster.run(3_000)
    await node.kill()
    node.store = new FaultStore()
    await node.boot()
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 10_000))
    await node.kill()
    await node.boot()
    await cluster.run(6_000)
    assert.equal(node.status.standing, 'signing')
    assert.ok(cluster.agreement() > 15)
    assertNeverTwice(cluster.nodes)
  })

  it('and dies again before its recovery pushes no block that others gave back (W1)', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(1)
    cluster.reaches = isHeard
    await cluster.run(3_000)
    await node.kill()
    node.store = new FaultStore()
    node.published.clear()
    cluster.reaches = () => true
    await node.boot()
    await cluster.run(2_000)
    assert.ok(node.status.committed > 5, 'it has its blocks again')
    await node.kill()
    await node.boot()
    assert.ok(node.validator?.tips.some(({ author }) => author === 1))
    await cluster.run(4_000)
    assert.equal(node.status.standing, 'amnesic')
    assert.deepEqual([...node.published.keys()], [])
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 10_000))
    assert.deepEqual(cluster.bans, [])
  })

  it('and dies again after its recovery pushes no block that others gave back (W7)', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(1)
    cluster.reaches = isHeard
    await cluster.run(3_000)
    await node.kill()
    node.store = new FaultStore()
    node.published.clear()
    cluster.reaches = () => true
    await node.boot()
    await cluster.run(2_000)
    assert.equal(node.status.standing, 'amnesic', 'all have answered, and it listens')
    cluster.reaches = isHeard
    assert.ok(await cluster.until(() => node.published.size > 3, 20_000), 'it signs again')
    const made = Math.min(...node.published.keys())
    await node.kill()
    node.published.clear()
    cluster.reaches = () => true
    await node.boot()
    await cluster.run(4_000)
    assert.equal(node.status.standing, 'signing')
    assert.equal(Math.min(...node.published.keys()), made, 'what it made since, and nothing older')
    assert.deepEqual(cluster.bans, [])
  })

  it('and took its blocks over with commits pushes none with a signature nobody looked at (D3)', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(1)
    await cluster.run(1_000)
    await cluster.node(3).kill()
    await cluster.run(2_000)
    await node.kill()
    await spoilSignatures(node)
    await node.boot()
    await cluster.node(3).boot()
    assert.equal(node.status.store, 'intact')
    await cluster.run(4_000)
    assert.deepEqual(cluster.bans, [])
    assert.equal(node.status.standing, 'signing')
    assert.ok(cluster.agreement() > 10)
  })

  it('and comes back with the folder of yesterday knows that it has forgotten', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(0)
    await cluster.run(2_000)
    await node.kill()
    const backup = await copyOf(node.store)
    await node.boot()
    await cluster.run(4_000)
    await node.kill()
    node.store = backup
    await node.boot()
    assert.equal(node.status.store, 'intact')
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 20_000))
    await cluster.run(4_000)
    assert.ok(cluster.agreement() > 20)
    assertNeverTwice(cluster.nodes)
  })

  it('with a record damaged signs nothing before a quorum has answered', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(1)
    await cluster.run(3_000)
    await node.kill()
    const entries: (readonly [Uint8Array, Uint8Array])[] = []
    const all = { gte: new Uint8Array([0]), lt: new Uint8Array([255]) }
    for await (const entry of node.store.entries(all)) entries.push(entry)
    const [key, value] = entries.findLast(([name]) => name[0] === 0x62) ?? []
    assert.ok(key !== undefined && value !== undefined)
    const torn = value.slice()
    torn[40] = (torn[40] ?? 0) ^ 1
    await node.store.write([{ type: 'put', key, value: torn }], { sync: true })
    await node.boot()
    assert.equal(node.status.store, 'damaged')
    assert.equal(node.status.standing, 'amnesic')
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 10_000))
    await cluster.run(3_000)
    assert.ok(cluster.agreement() > 15)
    assertNeverTwice(cluster.nodes)
    await node.kill()
    await node.boot()
    assert.equal(node.status.store, 'intact')
  })

  it('with a block damaged that its chain still needs takes the order over, and executes it', async () => {
    const constants = { gcDepth: 8 }
    const cluster = await new Cluster({ validators: 4, parameters: busy, constants }).boot()
    const node = cluster.node(1)
    await cluster.run(5_000)
    await node.kill()
    await hurtOldest(node, 'b')
    await node.boot()
    assert.equal(node.status.store, 'intact', 'what is executed is not needed')
    await node.kill()
    node.execution = new TestChain(genesisHash, 1)
    await node.boot()
    assert.equal(node.status.store, 'damaged')
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 20_000))
    assert.equal(node.status.execution, 'running')
    assert.ok(cluster.agreement() > 15)
    assertNeverTwice(cluster.nodes)
  })

  it('with its oldest commit damaged, which is executed, goes on without it', async () => {
    const constants = { gcDepth: 8 }
    const cluster = await new Cluster({ validators: 4, parameters: busy, constants }).boot()
    const node = cluster.node(1)
    await cluster.run(5_000)
    await node.kill()
    await hurtOldest(node, 'c')
    await node.boot()
    assert.equal(node.status.store, 'intact')
    assert.ok(await cluster.until(() => node.status.standing === 'signing', 5_000))
  })

  it('stops and signs no more when its disk fails', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    const node = cluster.node(0)
    await cluster.run(2_000)
    node.store.refuse('STORE_FULL')
    await cluster.run(1_000)
    const highest = highestPublished(node)
    assert.equal(node.status.isRunning, false)
    assert.ok(node.events.some((event) => event.startsWith('failed store')))
    await cluster.run(3_000)
    assert.equal(highestPublished(node), highest)
  })
})

/** As if all own blocks but the last had come with commits, from a peer that makes up signatures. */
async function spoilSignatures(node: Node): Promise<void> {
  const dag = new DagStore(node.store, 0, undefined)
  const blocks = [...node.blocks()]
  for (const { header, body } of blocks) {
    const verified = header === blocks.at(-1)?.header
    const signature = verified ? header.signature : header.signature.toReversed()
    const block = blockOf({ ...header, signature }, body)
    await dag.write([[{ type: 'block', block, verified }]])
  }
}

/** One bit of the first record of a kind turns. */
async function hurtOldest({ store }: Node, kind: 'b' | 'c'): Promise<void> {
  const [code = 0] = utf8(kind)
  const range = { gte: Uint8Array.of(code), lt: Uint8Array.of(code + 1), limit: 1 }
  for await (const [key, value] of store.entries(range)) {
    const hurt = value.with(40, (value[40] ?? 0) ^ 1)
    await store.write([{ type: 'put', key, value: hurt }], { sync: true })
  }
}

async function copyOf(store: FaultStore): Promise<FaultStore> {
  const copy = new FaultStore()
  const all = { gte: new Uint8Array([0]), lt: new Uint8Array([255]) }
  for await (const [key, value] of store.entries(all)) {
    await copy.write([{ type: 'put', key, value }], { sync: true })
  }
  return copy
}
