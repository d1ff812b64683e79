import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import * as fc from 'fast-check'

import { concat, isFault } from '#base'
import { openLevel, openMemory, type Store } from '#storage'

import {
  kindNumbers,
  type ObjectFacts,
  objectId,
  ObjectStore,
  type ObjectStoreOptions,
  scopeOfKind,
} from '../../../mesh/objects/index.ts'
import { contentKey } from '../../../mesh/objects/record.ts'
import { Table } from '../../../mesh/objects/table.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'
import { FaultStore } from '../../storage/fault-store.ts'

const start = 1_700_000_000_000
const { transaction, mail, proof } = kindNumbers

interface Rig {
  readonly objects: ObjectStore
  readonly clock: ManualClock
  readonly random: Seeded
  readonly store: Store
}

async function open(options: Partial<ObjectStoreOptions> = {}): Promise<Rig> {
  const clock = new ManualClock(start)
  const random = new Seeded('store')
  const store = options.store ?? openMemory()
  const objects = await ObjectStore.open({ clock, random, ...options, store })
  return { objects, clock, random, store }
}

function summary(one: ObjectStore): unknown {
  return {
    count: one.count,
    bytes: one.bytes,
    ids: [...one.entries()].map(({ id }) => id.toHex()).toSorted(),
    usage: [transaction, mail, proof, 99].map((kind) => one.usageOf(kind)),
  }
}

describe('objects by hash', () => {
  it('are found by the hash of their kind and body, and by nothing else', async () => {
    const { objects, random } = await open()
    const body = random.bytes(100)
    const placed = await objects.put(transaction, body)
    assert.equal(placed.outcome, 'stored')
    assert.deepEqual(placed.id, objectId(transaction, body))
    assert.deepEqual(objects.get(placed.id), { kind: transaction, body })
    assert.equal(objects.has(objectId(proof, body)), false)
    assert.equal(objects.get(random.bytes(32)), undefined)
  })

  it('are stored once, however often and however close together they are put', async () => {
    const { objects, random } = await open()
    const body = random.bytes(100)
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, async () => (await objects.put(transaction, body)).outcome),
    )
    assert.deepEqual(outcomes, ['stored', 'held', 'held', 'held', 'held'])
    assert.equal((await objects.put(transaction, body)).outcome, 'held')
    assert.equal(objects.count, 1)
    assert.equal(objects.bytes, 100)
  })

  it('survive the loss of power once they are acknowledged, with their facts', async () => {
    const random = new Seeded('power')
    for (let trial = 0; trial < 20; trial++) {
      let disk = new FaultStore()
      const { objects } = await open({ store: disk })
      const acknowledged: ObjectFacts[] = []
      const pending: Promise<unknown>[] = []
      for (let index = 0; index < 12; index++) {
        const puts = Array.from({ length: 1 + random.below(3) }, () =>
          objects.put(random.pick([transaction, mail]), random.bytes(50), { source: 'neighbour' }),
        )
        pending.push(...puts)
        if (random.oneIn(4)) break
        for (const { id } of await Promise.all(puts)) acknowledged.push(objects.facts(id)!)
      }
      disk = await disk.crash(random)
      await Promise.allSettled(pending)
      const { objects: again } = await open({ store: disk })
      for (const facts of acknowledged) {
        assert.deepEqual(again.facts(facts.id), facts)
        assert.ok(again.get(facts.id) !== undefined)
      }
      assert.equal(again.damaged, 0)
    }
  })

  it('survive kill -9 of the process that acknowledged them', async function () {
    this.timeout(30_000)
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-objects-'))
    try {
      const program = path.join(import.meta.dirname, 'store-process.ts')
      const child = spawn(process.execPath, [program, folder])
      let printed = ''
      child.stdout.on('data', (text: Buffer) => {
        printed += String(text)
        if (printed.length > 65 * 200) child.kill('SIGKILL')
      })
      await once(child, 'close')
      const ids = printed.split('\n').slice(0, -1)
      assert.ok(ids.length > 100)
      const store = await openLevel(folder)
      const { objects } = await open({ store })
      for (const id of ids) assert.ok(objects.get(Uint8Array.fromHex(id)) !== undefined)
      await store.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('are let go where the disk changed them, and can be fetched again', async () => {
    const { objects, random, store } = await open()
    const body = random.bytes(64)
    const { id } = await objects.put(transaction, body)
    const wrong = concat(Uint8Array.of(transaction), random.bytes(64))
    await store.write([{ type: 'put', key: contentKey(id), value: wrong }], { sync: true })
    assert.equal(objects.get(id), undefined)
    assert.equal(objects.damaged, 1)
    assert.equal(objects.has(id), false)
    assert.equal((await objects.put(transaction, body)).outcome, 'stored')
    assert.deepEqual(objects.get(id)?.body, body)
  })

  it('are as before where a write fails, and each put says so', async () => {
    const disk = new FaultStore()
    const { objects, random } = await open({ store: disk })
    const kept = await objects.put(transaction, random.bytes(10))
    disk.refuse('STORE_FULL')
    const puts = [objects.put(transaction, random.bytes(10)), objects.put(mail, random.bytes(10))]
    for (const put of puts) await assert.rejects(put, (error) => isFault(error, 'STORE_FULL'))
    assert.equal(objects.count, 1)
    assert.ok(objects.has(kept.id))
    disk.refuse(undefined)
    assert.equal((await objects.put(transaction, random.bytes(10))).outcome, 'stored')
  })

  it('go when their time is over, which nobody can set beyond that of their kind', async () => {
    const { objects, clock, random } = await open()
    const brief = await objects.put(mail, random.bytes(10), { expires: start / 1000 + 60 })
    const long = await objects.put(mail, random.bytes(10), { expires: 0xffffffff })
    assert.equal((objects.facts(long.id)?.expires ?? 0) - start / 1000, 30 * 86_400)
    clock.advance(60_000)
    assert.equal(await objects.expire(), 1)
    assert.equal(objects.has(brief.id), false)
    clock.advance(30 * 86_400_000)
    assert.equal(await objects.expire(), 1)
    const late = await objects.put(mail, random.bytes(10), { expires: start / 1000 })
    assert.deepEqual({ ...late, id: 0 }, { outcome: 'refused', id: 0, over: 'age' })
  })

  it('of a flood from one neighbour displace those of that neighbour alone', async () => {
    const { objects, random } = await open({ count: 80, bytes: 1_000_000 })
    const others: Uint8Array[] = []
    for (const source of ['a', 'b', 'c']) {
      for (let index = 0; index < 10; index++) {
        others.push((await objects.put(transaction, random.bytes(20), { source })).id)
      }
    }
    for (let index = 0; index < 300; index++) {
      await objects.put(transaction, random.bytes(20), { source: 'flood' })
    }
    for (const id of others) assert.ok(objects.has(id))
    assert.ok(objects.count <= 50)
    assert.equal(
      (await objects.put(transaction, random.bytes(20), { source: 'd' })).outcome,
      'stored',
    )
  })

  it('of less importance make room for those of more, the oldest first, and never the reverse', async () => {
    const { objects, clock, random } = await open({ count: 4, bytes: 1_000_000 })
    const put = async (
      priority: 'emergency' | 'high' | 'normal',
    ): Promise<Uint8Array | undefined> => {
      clock.advance(1000)
      const placed = await objects.put(proof, random.bytes(20), { priority })
      return placed.outcome === 'stored' ? placed.id : undefined
    }
    const [first, second, third, fourth] = [
      await put('high'),
      await put('normal'),
      await put('normal'),
      await put('emergency'),
    ]
    assert.ok(await put('high'))
    assert.equal(objects.has(second!), false)
    assert.ok(await put('high'))
    assert.equal(objects.has(third!), false)
    assert.equal(await put('normal'), undefined)
    assert.ok(await put('emergency'))
    assert.equal(objects.has(first!), false)
    assert.ok(objects.has(fourth!))
  })

  it('of the node itself never make room for those of others', async () => {
    const { objects, random } = await open({ count: 8, bytes: 1_000_000 })
    for (let index = 0; index < 8; index++) await objects.put(proof, random.bytes(20))
    const other = await objects.put(proof, random.bytes(20), { source: 'a', priority: 'emergency' })
    assert.deepEqual({ ...other, id: 0 }, { outcome: 'refused', id: 0, over: 'store' })
  })

  it('too large for their kind are refused, and those of unknown kinds have little room', async () => {
    const { objects, random } = await open({ count: 320, bytes: 32_000_000 })
    const large = await objects.put(transaction, new Uint8Array(131_073))
    assert.equal(large.outcome === 'refused' && large.over, 'size')
    for (let index = 0; index < 40; index++) {
      await objects.put(200, random.bytes(10), { source: String(index) })
    }
    assert.equal(objects.usageOf(200).count, 10)
  })

  it('are kept apart by scope', async () => {
    const { objects, random } = await open()
    const scope = random.bytes(8)
    const { id } = await objects.put(transaction, random.bytes(10), { scope })
    const other = await objects.put(transaction, random.bytes(10))
    assert.deepEqual(objects.idsOf(scope), id)
    assert.deepEqual(objects.idsOf(scopeOfKind(transaction)), other.id)
    await objects.delete([id])
    assert.equal(objects.idsOf(scope).length, 0)
  })

  it('keep their counts whatever is put, deleted and let go', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = new Seeded(seed)
        const { objects, clock, store } = await open({ count: 40, bytes: 3000 })
        const ids: Uint8Array[] = []
        for (let step = 0; step < 120; step++) {
          const source = random.pick([undefined, 'a', 'b', 'c', 'd', 'e'])
          const kind = random.pick([transaction, mail, proof, 99])
          if (random.oneIn(6) && ids.length > 0) await objects.delete([random.pick(ids)])
          else ids.push((await objects.put(kind, random.bytes(random.below(300)), { source })).id)
          if (random.oneIn(20)) clock.advance(86_400_000)
          if (random.oneIn(20)) await objects.expire()
          assert.ok(objects.count <= 40)
          assert.ok(objects.bytes <= 3000)
        }
        const { objects: again } = await open({ store, count: 40, bytes: 3000 })
        assert.deepEqual(summary(again), summary(objects))
        for (const { id } of objects.entries()) assert.ok(objects.get(id) !== undefined)
      }),
      { numRuns: 40, seed: 8 },
    )
  })
})

describe('the table of entries', () => {
  it('holds what was inserted and not removed, as a map does', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Seeded(seed)
        const table = new Table(random.bytes(16))
        const model = new Map<string, number>()
        const known: Uint8Array[] = Array.from({ length: 60 }, () => random.bytes(32))
        for (let step = 0; step < 400; step++) {
          const id = random.pick(known)
          const size = random.below(100)
          if (model.has(id.toHex())) {
            assert.ok(table.remove(id))
            model.delete(id.toHex())
          } else {
            const labels = { scope: random.bytes(8).fill(size % 3), source: new Uint8Array(8) }
            const times = { received: 1, expires: 2 }
            table.insert({ id, kind: 1, rank: 0, size, ...times, ...labels })
            model.set(id.toHex(), size)
          }
        }
        assert.equal(table.count, model.size)
        for (const id of known) {
          const row = table.find(id)
          assert.equal(row === undefined ? undefined : table.size(row), model.get(id.toHex()))
        }
        assert.equal(
          table.bytes,
          [...model.values()].reduce((sum, size) => sum + size, 0),
        )
      }),
      { numRuns: 100, seed: 8 },
    )
  })
})
