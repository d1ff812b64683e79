import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'
import { mlDsa, mlKem } from '#crypto'

import { meshHash } from '../../../mesh/hash.ts'
import { encodeEnvelope, sealedOverhead } from '../../../mesh/mailbox/envelope.ts'
import {
  contactBox,
  decodeEnvelope,
  decodePrekey,
  decodeTicket,
  encodePrekey,
  encodeTicket,
  inboxOf,
  largestContent,
  openItem,
  type PrekeyOwner,
  Prekeys,
  PrekeyShelf,
  readRoot,
  sealItem,
  signRoot,
  sizeClasses,
  wayTo,
} from '../../../mesh/mailbox/index.ts'
import { checkStamp } from '../../../mesh/mailbox/stamp.ts'
import { Seeded } from '../../seeded.ts'

const kem = mlKem(768)
const day = 20_000

function reader(random: Seeded): {
  owner: PrekeyOwner
  address: Uint8Array
  own: ReturnType<typeof kem.generate>
} {
  const own = kem.generate(random)
  const signing = mlDsa(0x65).generate(random)
  const kemHash = meshHash('kem-key', 32, own.publicKey)
  const anchor = random.bytes(21)
  const address = meshHash('addr', 32, kemHash, meshHash('sig-key', 32, signing.publicKey), anchor)
  return { owner: { signing, kemHash, anchor }, address, own }
}

describe('mailbox names', () => {
  it('change with the day, the way and the secret', () => {
    const random = new Seeded('names')
    const [secret, alice, bob] = [random.bytes(32), random.bytes(32), random.bytes(32)]
    const names = [
      contactBox(wayTo(secret, alice), day),
      contactBox(wayTo(secret, alice), day + 1),
      contactBox(wayTo(secret, bob), day),
      contactBox(wayTo(random.bytes(32), alice), day),
      inboxOf(alice, day),
      inboxOf(alice, day + 1),
      inboxOf(bob, day),
    ]
    assert.equal(new Set(names.map((name) => name.toHex())).size, names.length)
  })

  it('come from tickets that read as they were written', () => {
    const ticket = { secret: new Seeded('ticket').bytes(32), until: day }
    assert.deepEqual(decodeTicket(encodeTicket(ticket)), ticket)
    assert.throws(
      () => decodeTicket(new Uint8Array(33)),
      (error) => isFault(error, 'MESH_MALFORMED'),
    )
  })
})

describe('mail items', () => {
  const random = new Seeded('items')
  const { own } = reader(random)
  const box = random.bytes(32)
  const secret = random.bytes(32)

  it('are read by whose key they were sealed to, and say whether an erased key protects them', async () => {
    const prekeys = Prekeys.create(random, { serial: 1, until: day, count: 4 })
    const keys = { own, oneTime: prekeys.keys }
    const content = random.bytes(300)
    const draft = { content, day, box, secret }
    const oneTime = await sealItem({ ...draft, kemKey: prekeys.prekey(2)!.kemKey }, random)
    const opened = openItem(decodeEnvelope(oneTime), keys, secret)
    assert.deepEqual(opened?.content, content)
    assert.equal(opened.isForwardSecret, true)
    assert.equal(opened.oneTime, 2)

    const lastResort = await sealItem({ ...draft, kemKey: own.publicKey }, random)
    const other = openItem(decodeEnvelope(lastResort), keys, secret)
    assert.deepEqual(other?.content, content)
    assert.equal(other.isForwardSecret, false)

    prekeys.erase(2)
    assert.equal(openItem(decodeEnvelope(oneTime), keys, secret), undefined)
  })

  it('of a contact open under the secret of the contact alone', async () => {
    const keys = { own, oneTime: [] }
    const draft = { content: random.bytes(9), day, box, kemKey: own.publicKey }
    const item = decodeEnvelope(await sealItem({ ...draft, secret }, random))
    assert.ok(openItem(item, keys, secret))
    assert.equal(openItem(item, keys, random.bytes(32)), undefined)
    assert.equal(openItem(item, keys), undefined)
    assert.equal(openItem(item, { own: kem.generate(random), oneTime: [] }, secret), undefined)
  })

  it('have the size of their class, whatever is in them', async () => {
    for (const [length, size] of [
      [0, 256],
      [237, 256],
      [238, 1024],
      [5000, 16_384],
      [largestContent, 57_344],
    ] as const) {
      const draft = { content: random.bytes(length), day, box, kemKey: own.publicKey, secret }
      const item = await sealItem(draft, random)
      assert.equal(item.length, 51 + sealedOverhead + size)
      const opened = openItem(decodeEnvelope(item), { own, oneTime: [] }, secret)
      assert.deepEqual(opened?.content, draft.content)
    }
    const large = {
      content: new Uint8Array(largestContent + 1),
      day,
      box,
      kemKey: own.publicKey,
      secret,
    }
    await assert.rejects(sealItem(large, random), (error) => isFault(error, 'MESH_MALFORMED'))
  })

  it('of strangers bear a stamp that holds for this item alone', async function () {
    this.timeout(30_000)
    const draft = { content: random.bytes(9), day, box, kemKey: own.publicKey }
    const item = decodeEnvelope(await sealItem(draft, random))
    assert.equal(item.door, 'stranger')
    assert.ok(await checkStamp(item))
    assert.ok(openItem(item, { own, oneTime: [] }))
    let passed = 0
    for (let other = 0; other < 8; other++) {
      if (await checkStamp({ ...item, day: item.day + 1 + other })) passed++
    }
    assert.ok(passed < 4, String(passed))
  })

  it('show relays nothing that is the same for two items to one reader from one sender', async () => {
    const draft = { content: new Uint8Array(100), kemKey: own.publicKey, secret }
    const items = await Promise.all(
      [day, day + 1].map((one) =>
        sealItem({ ...draft, day: one, box: contactBox(wayTo(secret, box), one) }, random),
      ),
    )
    const windows = items.map((item) => {
      const behindDay = item.subarray(3)
      return new Set(
        Array.from({ length: behindDay.length - 7 }, (_, at) =>
          behindDay.subarray(at, at + 8).toHex(),
        ),
      )
    })
    assert.equal(windows[0]!.intersection(windows[1]!).size, 0)
  })

  it('open no more once a single bit of them has changed', async () => {
    const item = await sealItem(
      { content: random.bytes(9), day, box, kemKey: own.publicKey, secret },
      random,
    )
    for (let trial = 0; trial < 500; trial++) {
      const changed = item.slice()
      changed[1 + random.below(item.length - 1)]! ^= 1 << random.below(8)
      assert.equal(openItem(decodeEnvelope(changed), { own, oneTime: [] }, secret), undefined)
    }
  })

  it('are refused where they are of no class or door, and otherwise read as they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 1500 }),
          fc.constantFrom(...sizeClasses).map((size) => new Uint8Array(51 + sealedOverhead + size)),
          fc
            .constantFrom(...sizeClasses)
            .map((size) => new Uint8Array(59 + sealedOverhead + size).fill(1)),
        ),
        (bytes) => {
          try {
            assert.deepEqual(encodeEnvelope(decodeEnvelope(bytes)), new Uint8Array(bytes))
          } catch (error) {
            assert.ok(isFault(error, 'MESH_MALFORMED'), String(error))
          }
        },
      ),
      { numRuns: 3000, seed: 8 },
    )
  })
})

describe('prekeys', () => {
  const random = new Seeded('prekeys')
  const { owner, address } = reader(random)
  const prekeys = Prekeys.create(random, { serial: 3, until: day, count: 8 })
  const signed = signRoot(owner, prekeys.root)
  const travelling = Array.from({ length: 8 }, (_, index) => encodePrekey(prekeys.prekey(index)!))

  it('are under a root that their address signed', () => {
    const root = readRoot(signed, address)
    assert.deepEqual(root, prekeys.root)
    for (const bytes of travelling) assert.deepEqual(encodePrekey(decodePrekey(bytes, root)), bytes)
    assert.equal(travelling[0]!.length, 2 + 1184 + 3 * 32)
    assert.equal(signed.length, 5354)
  })

  it('are refused where anything about them was changed', () => {
    const root = readRoot(signed, address)
    for (let trial = 0; trial < 400; trial++) {
      const [source, read] = random.pick([
        [signed, (bytes: Uint8Array): unknown => readRoot(bytes, address)],
        [random.pick(travelling), (bytes: Uint8Array): unknown => decodePrekey(bytes, root)],
      ] as const)
      const changed = random.oneIn(4)
        ? source.slice(0, random.below(source.length))
        : source.slice()
      if (changed.length === source.length)
        changed[random.below(source.length)]! ^= 1 << random.below(8)
      assert.throws(
        () => read(changed),
        (error) => isFault(error, 'MESH_MALFORMED'),
      )
    }
    assert.throws(
      () => readRoot(signed, random.bytes(32)),
      (error) => isFault(error, 'MESH_MALFORMED'),
    )
  })

  it('are kept without those that are erased, and keep their root', () => {
    const some = Prekeys.create(random, { serial: 3, until: day, count: 4 })
    const seed = some.keys.get(1)!.seed
    some.erase(1)
    const { secret } = some
    assert.equal(secret.toHex().includes(seed.toHex()), false)
    const again = Prekeys.fromSecret(secret)
    assert.deepEqual(again.root, some.root)
    assert.deepEqual([...again.keys.keys()], [0, 2, 3])
    assert.equal(again.prekey(1), undefined)
    for (let size = 0; size < secret.length; size += 7) {
      assert.throws(
        () => Prekeys.fromSecret(secret.subarray(0, size)),
        (error) => isFault(error, 'MESH_MALFORMED'),
      )
    }
  })

  it('leave the shelf of a relay once each, and later ones replace them', () => {
    const shelf = new PrekeyShelf()
    assert.equal(shelf.put(address, signed, travelling), 8)
    assert.equal(shelf.put(address, signed, travelling), 0)
    const taken = Array.from({ length: 8 }, () => shelf.take(address)?.toHex())
    assert.equal(new Set(taken).size, 8)
    assert.equal(shelf.take(address), undefined)
    const later = Prekeys.create(random, { serial: 4, until: day, count: 2 })
    const root = signRoot(owner, later.root)
    const two = [0, 1].map((index) => encodePrekey(later.prekey(index)!))
    assert.throws(
      () => shelf.put(address, root, [travelling[0]!]),
      (error) => isFault(error, 'MESH_MALFORMED'),
    )
    assert.equal(shelf.put(address, root, two), 2)
    assert.deepEqual(shelf.root(address), root)
    shelf.expire(day + 1)
    assert.equal(shelf.size, 0)
  })
})
