import assert from 'node:assert/strict'

import { isFault } from '#base'
import {
  exportOrder,
  exportProtection,
  OrderImport,
  type OrderRecord,
  type Vouched,
} from '#consensus'
import { mlDsa } from '#crypto'
import { openMemory, type Store } from '#storage'

import { FaultStore } from '../../storage/fault-store.ts'
import { Cluster, genesisHash, type Node } from './cluster.ts'

const options = { validators: 4, followers: 1, parameters: { idleRoundDelay: 100 } } as const

async function exported(node: Node): Promise<readonly OrderRecord[]> {
  const { commit } = await node.execution.executed()
  return Array.fromAsync(exportOrder(node.store, 0, commit))
}

async function imported(
  cluster: Cluster,
  records: readonly OrderRecord[],
  chain: readonly string[],
  store: Store = openMemory(),
): Promise<Vouched> {
  const under = new OrderImport({
    store,
    epoch: cluster.epoch,
    verify: (...given) => mlDsa(0x65).verifyAsync(...given),
    hashOf: (height) => (height === 0 ? genesisHash : chain[height - 1]),
  })
  for (const record of records) await under.take(record)
  return under.finish()
}

const isRefused = (error: unknown): boolean => isFault(error, 'CONSENSUS_IMPORT')

describe('the order of an export', function () {
  this.timeout(60_000)

  it('lets a node go on that is away longer than the others keep the order', async () => {
    const cluster = await new Cluster({ ...options, retention: 4_000 }).boot()
    const follower = cluster.node(4)
    assert.ok(await cluster.until(() => follower.chain.length > 20, 20_000))
    await follower.kill()
    await cluster.run(15_000)
    // What it lacks, nobody has any more.
    await follower.boot()
    const stuck = follower.chain.length
    await cluster.run(3_000)
    assert.equal(follower.chain.length, stuck)
    await follower.kill()

    const giver = cluster.node(1)
    await giver.kill()
    const records = await exported(giver)
    follower.store = new FaultStore()
    const vouched = await imported(cluster, records, giver.chain, follower.store)
    assert.equal(vouched.by, 'attestations')
    assert.ok(vouched.height > giver.chain.length - 30)
    follower.execution = giver.execution.copy()
    await giver.boot()
    await follower.boot()
    assert.equal(follower.status.store, 'intact')
    const before = follower.chain.length
    assert.ok(await cluster.until(() => follower.chain.length > before + 20, 20_000))
    cluster.agreement()
  })

  it('has no record of what was signed, and a validator on it asks before it signs', async () => {
    const cluster = await new Cluster(options).boot()
    await cluster.run(5_000)
    const node = cluster.node(0)
    await node.kill()
    const records = await exported(node)
    const highest = Math.max(...node.published.keys())
    const store = new FaultStore()
    await imported(cluster, records, node.chain, store)
    await assert.rejects(exportProtection(store, genesisHash, 0), /CONSENSUS_INTERCHANGE/)
    node.store = store
    await node.boot()
    assert.equal(node.status.store, 'unbegun')
    assert.notEqual(node.status.standing, 'signing')
    assert.ok(await cluster.until(() => Math.max(...node.published.keys()) > highest, 60_000))
    for (const digests of node.published.values()) assert.equal(digests.size, 1)
    assert.deepEqual(
      cluster.nodes.flatMap(({ events }) => events),
      [],
    )
  })

  it('is refused with a signature, a block or a commit that is not right', async () => {
    const cluster = await new Cluster(options).boot()
    await cluster.run(3_000)
    const node = cluster.node(0)
    const records = await exported(node)
    assert.ok(records.length > 20)
    let seen = 0
    for (const [place, [name, bytes]] of records.entries()) {
      if (place % 7 !== 0) continue
      const wrong = bytes.slice()
      wrong[wrong.length - 3]! ^= 1
      const forged = records.with(place, [name, wrong])
      const outcome = await imported(cluster, forged, node.chain).catch((error: unknown) => error)
      // A commit ends with the scores of the schedule, which nothing else binds.
      if (!(outcome instanceof Error)) assert.equal(new TextDecoder().decode(name), 'commit')
      else seen++
    }
    assert.ok(seen > 3)
    const blocks = records.findIndex(([name]) => new TextDecoder().decode(name) === 'dag block')
    await assert.rejects(imported(cluster, records.toSpliced(blocks + 4, 1), node.chain), isRefused)
    await assert.rejects(imported(cluster, records.toSpliced(1, 1), node.chain), isRefused)
  })

  it('is refused beside a chain that the validators did not attest', async () => {
    const cluster = await new Cluster(options).boot()
    await cluster.run(3_000)
    const node = cluster.node(0)
    const records = await exported(node)
    const forged = node.chain.map((hash) => `${hash.slice(1)}${hash.slice(0, 1)}`)
    await assert.rejects(imported(cluster, records, forged), isRefused)
    // A shorter one is one that nobody stands behind.
    assert.deepEqual(await imported(cluster, records, []), { height: 0, by: 'nothing' })
  })
})
