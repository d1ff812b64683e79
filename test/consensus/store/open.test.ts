import assert from 'node:assert/strict'

import { type Random, utf8 } from '#base'
import { beginEpoch } from '#consensus'

import { openDagStore, type Opened } from '../../../consensus/store/open.ts'
import { seal, unseal } from '../../../consensus/store/seal.ts'
import { FaultStore } from '../../storage/fault-store.ts'
import { Cluster, genesisHash } from '../driver/cluster.ts'

const all = { gte: new Uint8Array([0]), lt: new Uint8Array([255]) }

async function entriesOf(store: FaultStore): Promise<(readonly [Uint8Array, Uint8Array])[]> {
  const entries: (readonly [Uint8Array, Uint8Array])[] = []
  for await (const entry of store.entries(all)) entries.push(entry)
  return entries
}

async function storeOf(
  entries: readonly (readonly [Uint8Array, Uint8Array])[],
): Promise<FaultStore> {
  const store = new FaultStore()
  const changes = entries.map(([key, value]) => ({ type: 'put', key, value }) as const)
  await store.write(changes, { sync: true })
  return store
}

type Entry = readonly [Uint8Array, Uint8Array]

function sealed(text: string, value: string): Entry {
  const key = utf8(text)
  return [key, seal(key, utf8(value))]
}

function checkpoint(low: number): string {
  return `k${String.fromCodePoint(0, 0, 0, 0, 4, low)}`
}

async function votesIn({ dag }: Pick<Opened, 'dag'>): Promise<number> {
  let count = 0
  for await (const _ of dag.votes(0, 2 ** 40)) count++
  return count
}

describe('a record', () => {
  const key = utf8('key')
  const whole = seal(key, utf8('value'))

  it('is read as it was written', () => {
    assert.deepEqual(unseal(key, whole), new Uint8Array(utf8('value')))
  })

  it('torn, changed, or under another key is damaged', () => {
    const damaged = { code: 'CONSENSUS_STORE_DAMAGED' }
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => unseal(key, whole.subarray(0, length)), damaged)
    }
    for (const at of whole.keys()) {
      const changed = whole.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x10
      assert.throws(() => unseal(key, changed), damaged)
    }
    assert.throws(() => unseal(utf8('kez'), whole), damaged)
  })
})

describe('the folder of consensus', function () {
  this.timeout(60_000)
  const cluster = new Cluster({ validators: 4, parameters: { idleRoundDelay: 200 } })
  const publicKey = cluster.keys[0]?.publicKey ?? new Uint8Array(0)
  const where = { genesisHash, epoch: 0, publicKey, gcDepth: 60 }
  let entries: (readonly [Uint8Array, Uint8Array])[] = []

  before(async () => {
    await cluster.boot()
    await cluster.run(3_000)
    await cluster.node(0).kill()
    entries = await entriesOf(cluster.node(0).store)
  })

  it('that is empty is not begun, and one made for a new key is intact', async () => {
    const store = new FaultStore()
    const { condition, restored } = await openDagStore({ ...where, store })
    assert.equal(condition.name, 'unbegun')
    assert.equal(restored.hasBegun, false)
    const fresh = new FaultStore()
    await beginEpoch(fresh, { epoch: 0, publicKey })
    assert.equal((await openDagStore({ ...where, store: fresh })).condition.name, 'intact')
  })

  it('of one key says nothing of another, and needs no key to follow', async () => {
    const store = await storeOf(entries)
    const other = cluster.keys[1]?.publicKey
    const opened = await openDagStore({ ...where, store, publicKey: other })
    assert.equal(opened.condition.name, 'unbegun')
    assert.equal(opened.restored.floor, 0)
    const following = await openDagStore({ ...where, store, publicKey: undefined })
    assert.equal(following.condition.name, 'intact')
  })

  it('gives back what was written', async () => {
    const store = await storeOf(entries)
    const { condition, restored } = await openDagStore({ ...where, store })
    assert.equal(condition.name, 'intact')
    assert.equal(restored.own?.round, restored.floor)
    assert.ok(restored.commits.length > 5)
    assert.ok(restored.blocks.length > 30)
    assert.equal(restored.highest.length, 4)
  })

  it('of another network is refused', async () => {
    const store = await storeOf(entries)
    const opening = openDagStore({ ...where, store, genesisHash: '00'.repeat(32) })
    await assert.rejects(opening, { code: 'CONSENSUS_STORE_NETWORK' })
  })

  it('with any record changed is damaged, and forgets all but the floors', async () => {
    const clean = await openDagStore({ ...where, store: await storeOf(entries) })
    const kinds = new Set<number>()
    for (const [at, [key, value]] of entries.entries()) {
      const [kind = 0] = key
      if (kinds.has(kind) || !'bhscg'.includes(String.fromCodePoint(kind))) continue
      kinds.add(kind)
      const changed = value.slice()
      changed[5] = (changed[5] ?? 0) ^ 1
      const store = await storeOf(entries.with(at, [key, changed]))
      const { condition, restored } = await openDagStore({ ...where, store })
      assert.equal(condition.name, 'damaged', String.fromCodePoint(kind))
      assert.equal(restored.hasBegun, false)
      assert.equal(restored.blocks.length + restored.commits.length, 0)
      const isFloorKept = kind !== 's'.codePointAt(0)
      assert.equal(restored.floor, isFloorKept ? clean.restored.floor : 0)
      assert.equal((await openDagStore({ ...where, store })).condition.name, 'unbegun')
    }
    assert.equal(kinds.size, 5)
  })

  it('with a vote, a checkpoint or the history changed goes on without it', async () => {
    const added = [
      sealed(checkpoint(0), 'older'),
      sealed(checkpoint(1), 'newer'),
      sealed('m', 'history'),
      sealed('o', 'own'),
    ]
    const lost: string[] = []
    const open = async (hurt: readonly string[]) => {
      const found = [...entries, ...added].map(([key, value]): Entry => {
        if (!hurt.includes(key.toHex())) return [key, value]
        return [key, value.with(0, (value[0] ?? 0) ^ 1)]
      })
      return openDagStore({
        ...where,
        store: await storeOf(found),
        lost: ({ facts }) => void lost.push(String((facts as { record?: unknown }).record)),
      })
    }
    const vote = entries.find(([[kind]]) => kind === 'v'.codePointAt(0))?.[0].toHex() ?? ''
    const whole = await open([])
    const hurt = [...added.slice(1).map(([key]) => key.toHex()), vote]
    const { condition, dag, restored } = await open(hurt)
    assert.equal(condition.name, 'intact')
    assert.equal(await votesIn({ dag }), (await votesIn(whole)) - 1)
    assert.deepEqual(await dag.latestCheckpoint(), new Uint8Array(utf8('older')))
    assert.equal(dag.checkpoint(0x0401), undefined)
    assert.equal(dag.history(), undefined)
    assert.equal(dag.ownCheckpoint(), undefined)
    assert.deepEqual(new Set(lost), new Set(hurt))
    // Each block votes again for what the author's other blocks voted for.
    for (const { block } of restored.blocks) await dag.markVerified(block)
    assert.equal(await votesIn({ dag }), await votesIn(whole))
  })

  it('with a block or the middle of the commits missing is damaged', async () => {
    for (const letter of utf8('bc')) {
      const places = entries.keys().filter((at) => entries[at]?.[0][0] === letter)
      const place = [...places][3] ?? 0
      const store = await storeOf(entries.toSpliced(place, 1))
      assert.equal((await openDagStore({ ...where, store })).condition.name, 'damaged')
    }
  })

  it('loses nothing that was acknowledged, wherever power is lost', async () => {
    const world = await new Cluster({ validators: 4, parameters: { idleRoundDelay: 200 } }).boot()
    let turn = 0
    const random: Random = { bytes: () => new Uint8Array([turn * 37]) }
    for (turn = 0; turn < 8; turn++) {
      await world.run(700 + 130 * turn)
      const node = world.node(turn % 4)
      const { floor } = await floorsOf(node.store)
      const published = Math.max(0, ...node.published.keys())
      assert.ok(floor >= published, 'the floor is on disk before its block leaves')
      node.validator?.abandon()
      await world.settle()
      node.store = await node.store.crash(random)
      assert.ok((await floorsOf(node.store)).floor >= published)
      await node.boot()
      assert.equal(node.status.store, 'intact')
    }
    world.agreement()
  })

  async function floorsOf(store: FaultStore): Promise<{ floor: number }> {
    const copy = await storeOf(await entriesOf(store))
    let floor = 0
    for (const { publicKey: key } of cluster.keys) {
      const opened = await openDagStore({ ...where, store: copy, publicKey: key })
      floor = Math.max(floor, opened.restored.floor)
    }
    return { floor }
  }
})
