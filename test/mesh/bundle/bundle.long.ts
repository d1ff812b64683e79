import assert from 'node:assert/strict'

import { concat, hex, isFault } from '#base'
import { mlDsa, mlKem } from '#crypto'
import { openMemory } from '#storage'

import { exportBundle } from '../../../mesh/bundle/export.ts'
import { inspectBundle } from '../../../mesh/bundle/inspect.ts'
import { Journal } from '../../../mesh/bundle/journal.ts'
import {
  chunkBytes,
  dataChunks,
  groupBytes,
  saltBytes,
  sizeClass,
} from '../../../mesh/bundle/layout.ts'
import { isLabelled } from '../../../mesh/bundle/secret.ts'
import { kindNumbers, objectId } from '../../../mesh/objects/kinds.ts'
import { Seeded } from '../../seeded.ts'
import { bundleOf, fileOf, groupKey, importFrom, MemorySink, objectsOf, today } from './courier.ts'

/** `bytes` with some chunks, by their places in the file, overwritten. */
function damaged(bytes: Uint8Array, ...places: readonly number[]): Uint8Array {
  const copy = bytes.slice()
  for (const place of places) {
    const start = saltBytes + place * chunkBytes
    copy.fill(0x55, start, start + chunkBytes)
  }
  return copy
}

describe('a bundle', () => {
  const objects = objectsOf(3000, 2000)
  let bytes: Uint8Array
  before(async () => {
    bytes = await bundleOf(objects)
  })

  it('brings every object, once, with at most a tenth more bytes', async () => {
    const sink = new MemorySink()
    const imported = await importFrom(bytes, { sink })
    assert.equal(imported.stored, objects.length)
    assert.equal(imported.isComplete, true)
    assert.equal(imported.manifest?.count, objects.length)
    assert.deepEqual(
      [...sink.objects.keys()],
      objects.map(({ id }) => id.toHex()),
    )
    assert(bytes.length < objects.length * 2000 * 1.1, `${bytes.length} bytes`)
    const again = await importFrom(bytes, { sink })
    assert.deepEqual([again.stored, again.known], [0, objects.length])
  })

  it('can be sealed by a passphrase, whatever the keyboard makes of it', async () => {
    const few = objects.slice(0, 3)
    const sealed = await bundleOf(few, { to: { kind: 'passphrase', passphrase: 'café au lait' } })
    const by = { kind: 'passphrase', passphrase: 'cafe\u0301 au lait' } as const
    assert.equal((await importFrom(sealed, { by })).stored, 3)
  })

  it('to a recipient says that it is one, and opens by that key alone', async () => {
    const key = mlKem(768).generate(new Seeded('recipient'))
    const other = mlKem(768).generate(new Seeded('other'))
    const few = objects.slice(0, 3)
    const sealed = await bundleOf(few, { to: { kind: 'recipient', publicKey: key.publicKey } })
    assert(isLabelled(sealed))
    assert.match(new TextDecoder().decode(sealed.subarray(0, 48)), /not deniable\n/)
    assert.equal((await importFrom(sealed, { by: { kind: 'recipient', key } })).stored, 3)
    await assert.rejects(importFrom(sealed, { by: { kind: 'recipient', key: other } }), {
      code: 'MESH_BUNDLE_CLOSED',
    })
    for (const length of [47, 500, 1134, 1135, 1200, 60_000]) {
      const cut = importFrom(sealed.subarray(0, length), { by: { kind: 'recipient', key } })
      await assert.rejects(cut, { code: 'MESH_BUNDLE_CLOSED' })
    }
    await assert.rejects(importFrom(sealed), { code: 'MESH_BUNDLE_FORM' })
    await assert.rejects(importFrom(bytes, { by: { kind: 'recipient', key } }), {
      code: 'MESH_BUNDLE_FORM',
    })
  })

  it('shows a wrong secret its size class and nothing else', async () => {
    const sink = new MemorySink()
    const by = { kind: 'group', key: new Uint8Array(32) } as const
    const closed = (error: unknown): boolean =>
      isFault(error, 'MESH_BUNDLE_CLOSED') &&
      JSON.stringify(error.facts) ===
        JSON.stringify({ code: 'MESH_BUNDLE_CLOSED', sizeClass: bytes.length })
    await assert.rejects(importFrom(bytes, { sink, by }), closed)
    await assert.rejects(inspectBundle({ source: fileOf(bytes), by }), closed)
    assert.equal(sink.objects.size, 0)
    await assert.rejects(importFrom(bytes.subarray(0, 20)), { code: 'MESH_BUNDLE_CLOSED' })
    await assert.rejects(importFrom(new Uint8Array(0)), { code: 'MESH_BUNDLE_CLOSED' })
  })

  it('has one of few sizes, with at most an eighth more', () => {
    const sizes = new Set<number>()
    for (let chunks = 3; chunks < 4096; chunks++) {
      const length = saltBytes + chunks * chunkBytes
      const size = sizeClass(length)
      assert(size >= length && size < length * 1.125, `${length} ${size}`)
      assert.equal(sizeClass(size), size)
      sizes.add(size)
    }
    assert(sizes.size < 340, `${sizes.size}`)
    assert.equal(sizeClass(bytes.length), bytes.length)
  })

  it('of which half arrived brings half', async () => {
    const imported = await importFrom(bytes.subarray(0, bytes.length / 2))
    assert(imported.stored > 1350 && imported.stored < 1650, `${imported.stored}`)
    assert.equal(imported.isComplete, false)
    assert.equal(imported.condition.isEnded, false)
  })

  it('of which any prefix arrived brings what begins with the first objects', async () => {
    const random = new Seeded('prefix')
    let most = 0
    const lengths = Array.from({ length: 5 }, () => random.below(bytes.length))
    for (const length of lengths.toSorted((a, b) => a - b)) {
      const sink = new MemorySink()
      const prefix = bytes.subarray(0, length)
      const stored = await importFrom(prefix, { sink }).then(
        (imported) => imported.stored,
        (error: unknown) => {
          assert(isFault(error, 'MESH_BUNDLE_CLOSED'))
          return 0
        },
      )
      assert(stored >= most)
      most = stored
      const first = objects.slice(0, stored).map(({ id }) => id.toHex())
      assert.deepEqual([...sink.objects.keys()], first)
    }
    assert(most > 0)
  })

  it('repairs any two chunks of a group', async () => {
    const random = new Seeded('damage')
    for (let round = 0; round < 3; round++) {
      const first = random.below(34)
      const second = random.below(34)
      const imported = await importFrom(damaged(bytes, first, second, 34 + first, 68 + second))
      assert.equal(imported.stored, objects.length, `${first}, ${second}`)
      assert.equal(imported.isComplete, true)
      assert.equal(imported.condition.lost, 0)
    }
  })

  it('of which more is damaged loses the frames of these chunks and no other', async () => {
    const imported = await importFrom(damaged(bytes, 3, 9, 20))
    const perChunk = chunkBytes / 2000
    assert.equal(imported.condition.lost, 3)
    assert(imported.stored >= objects.length - 3 * (perChunk + 2), `${imported.stored}`)
    assert.equal(imported.isComplete, false)
    const whole = await importFrom(
      damaged(bytes, ...Array.from({ length: 34 }, (_, at) => 34 + at)),
    )
    assert.equal(whole.condition.lost, dataChunks)
    assert(whole.stored >= objects.length - dataChunks * (perChunk + 2), `${whole.stored}`)
  })

  it('without its first group brings the rest', async () => {
    const places = Array.from({ length: 34 }, (_, at) => at)
    const imported = await importFrom(damaged(bytes, ...places))
    assert.equal(imported.manifest, undefined)
    assert(imported.stored > 1800, `${imported.stored}`)
  })

  it('is made whole by a second copy with other damage, in either order', async () => {
    const one = damaged(bytes, 1, 2, 3)
    const other = damaged(bytes, 40, 41, 42, 43)
    for (const copies of [
      [one, other],
      [other, one],
    ]) {
      const sink = new MemorySink()
      const journal = new Journal(openMemory())
      for (const copy of copies) await importFrom(copy, { sink, journal })
      assert.equal(sink.objects.size, objects.length)
    }
  })

  it('survives damage in each of its places when it is small', async () => {
    const small = await bundleOf(objects.slice(0, 2))
    for (const places of [[0], [1], [2], [0, 1], [0, 2], [1, 2]]) {
      const imported = await importFrom(damaged(small, ...places))
      assert.equal(imported.stored, 2, places.join())
    }
    await assert.rejects(importFrom(damaged(small, 0, 1, 2)), { code: 'MESH_BUNDLE_CLOSED' })
    const two = await bundleOf(objects.slice(0, 40))
    for (const places of [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ]) {
      const imported = await importFrom(damaged(two, ...places))
      assert.equal(imported.stored, 40, places.join())
    }
  })
})

describe('a bundle larger than memory', () => {
  it('is sealed group by group, and opened as it comes', async () => {
    const body = new Uint8Array(1_000_000)
    const id = objectId(kindNumbers.tile, body)
    let [loaded, sealed, ahead] = [0, 0, 0]
    const pieces = exportBundle({
      entries: Array.from({ length: 12 }, () => ({ id, kind: kindNumbers.tile })),
      load: async () => {
        loaded += body.length
        return body
      },
      created: 0,
      lifetime: 0,
      frontier: [],
      wanted: [],
      to: { kind: 'group', key: groupKey },
      random: new Seeded('large'),
    })
    const kept: Uint8Array[] = []
    for await (const piece of pieces) {
      sealed += piece.length
      ahead = Math.max(ahead, loaded - sealed)
      kept.push(piece)
    }
    assert(ahead < groupBytes + 2 * body.length, `${ahead}`)
    const file = fileOf(concat(...kept))
    let [given, done, behind] = [0, 0, 0]
    const { isComplete } = await inspectBundle({
      source: async function* from(start) {
        given = start
        for await (const piece of file(start)) {
          given += piece.length
          behind = Math.max(behind, given - done)
          yield piece
        }
      },
      by: { kind: 'group', key: groupKey },
      progress: (bytes) => {
        done = bytes
      },
    })
    assert.equal(isComplete, true)
    assert(behind < 2 * groupBytes, `${behind}`)
  })
})

describe('what a bundle says of itself', () => {
  const objects = objectsOf(4, 500)

  it('comes back as it was said, and vouched for by whom it says', async () => {
    const signer = mlDsa(0x65).generate(new Seeded('exporter'))
    const [frontier, wanted] = [objects.slice(0, 1), objects.slice(1)].map((some) =>
      some.map(({ id }) => id),
    )
    const facts = { created: 1_800_000_000, lifetime: 86_400, frontier: frontier!, wanted: wanted! }
    const bytes = await bundleOf(objects, { ...facts, signer })
    const { manifest, objects: kinds } = await inspectBundle({
      source: fileOf(bytes),
      by: { kind: 'group', key: groupKey },
    })
    const { root, count, exporter, ...rest } = manifest!
    assert.deepEqual(rest, facts)
    assert.equal(count, 4)
    assert.equal(root.length, 32)
    assert.equal(hex(exporter!), hex(signer.publicKey))
    assert.deepEqual([...kinds], [[kindNumbers.mail, { count: 4, bytes: 2000 }]])
  })

  it('is that its time is over: it is taken only when its receiver insists', async () => {
    const bytes = await bundleOf(objects, { created: today / 1000 - 100, lifetime: 99 })
    const sink = new MemorySink()
    await assert.rejects(importFrom(bytes, { sink }), { code: 'MESH_BUNDLE_EXPIRED' })
    assert.equal(sink.objects.size, 0)
    assert.equal((await importFrom(bytes, { sink, takesExpired: true })).stored, 4)
    assert.deepEqual([...sink.expiries], [undefined])
  })

  it('is how long its objects are worth keeping', async () => {
    const created = today / 1000 - 100
    const sink = new MemorySink()
    await importFrom(await bundleOf(objects, { created, lifetime: 150 }), { sink })
    assert.deepEqual([...sink.expiries], [created + 150])
  })

  it('must be true of what it holds: an object that is another is not sealed', async () => {
    const [first, second] = objects
    await assert.rejects(bundleOf(objects, { load: async () => first!.body }), {
      code: 'MESH_BUNDLE_OBJECT',
    })
    await assert.rejects(
      bundleOf(objects, { load: async (id) => (id === second!.id ? undefined : first!.body) }),
      { code: 'MESH_BUNDLE_OBJECT' },
    )
  })

  it('puts what matters more in front', async () => {
    const mail = objectsOf(3, 100)
    const transactions = objectsOf(2, 100, kindNumbers.transaction)
    const sink = new MemorySink()
    await importFrom(await bundleOf([...mail, ...transactions]), { sink })
    const order = [...sink.objects.values()].map(({ kind }) => kind)
    assert.deepEqual(order, [1, 1, 5, 5, 5])
  })
})

describe('an import', () => {
  it('leaves room for what matters more', async () => {
    const mail = objectsOf(100, 1000)
    const transactions = objectsOf(40, 1000, kindNumbers.transaction)
    const quota = { bytes: 50_000, objects: 1000 }
    const imported = await importFrom(await bundleOf(mail), { quota })
    assert.deepEqual([imported.stored, imported.refused], [25, 75])
    const mixed = await importFrom(await bundleOf([...mail, ...transactions]), { quota })
    assert.deepEqual([mixed.stored, mixed.refused], [37, 103])
  })

  it('tells what its store has no room for, and what nobody has a use for', async () => {
    const bytes = await bundleOf([...objectsOf(8, 100), ...objectsOf(2, 100, 200)])
    const full = await importFrom(bytes, { sink: new MemorySink(6) })
    assert.deepEqual([full.stored, full.refused], [6, 4])
    const roomy = await importFrom(bytes)
    assert.deepEqual([roomy.stored, roomy.quarantined], [8, 2])
  })

  it('goes on after the last group that is surely stored, and misses nothing', async () => {
    const objects = objectsOf(3000, 2000)
    const bytes = await bundleOf(objects)
    const sink = new MemorySink()
    const journal = new Journal(openMemory())
    const first = fileOf(bytes)
    const dying = (start: number): AsyncIterable<Uint8Array> => {
      async function* pieces(): AsyncGenerator<Uint8Array> {
        let at = start
        for await (const piece of first(start)) {
          if (at > 2.5 * groupBytes) throw new Error('pulled out')
          at += piece.length
          yield piece
        }
      }
      return pieces()
    }
    await assert.rejects(importFrom(bytes, { source: dying, sink, journal }), /pulled out/)
    assert(sink.objects.size > 1900 && sink.objects.size < 2200, `${sink.objects.size}`)
    const resumed = await importFrom(bytes, { sink, journal })
    assert(resumed.resumed >= 2 * dataChunks - 1, `${resumed.resumed}`)
    assert(resumed.known < 40, `${resumed.known}`)
    assert.equal(resumed.isComplete, true)
    assert.equal(sink.objects.size, objects.length)
    assert.equal((await importFrom(bytes, { sink, journal })).resumed, 0)
  })
})
