import assert from 'node:assert/strict'

import { concat, isFault } from '#base'
import { mlKem } from '#crypto'
import { openMemory, type Store } from '#storage'

import { meshHash } from '../../../mesh/hash.ts'
import { limits } from '../../../mesh/limits.ts'
import {
  answerChallenge,
  dayAt,
  decodeEnvelope,
  inboxOf,
  Mailboxes,
  openItem,
  sealItem,
} from '../../../mesh/mailbox/index.ts'
import { checkStamp } from '../../../mesh/mailbox/stamp.ts'
import {
  kindNumbers,
  objectId,
  ObjectStore,
  SyncInitiator,
  SyncResponder,
  type SyncResult,
} from '../../../mesh/objects/index.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'

const start = 20_000 * 86_400_000
const kem = mlKem(768)
const random = new Seeded('mailboxes')
const own = kem.generate(random)
const keys = { own, oneTime: [] }
const record = concat(own.publicKey, random.bytes(53))
const address = meshHash(
  'addr',
  32,
  meshHash('kem-key', 32, own.publicKey),
  record.subarray(1184, 1216),
  record.subarray(1216),
)
const secret = random.bytes(32)

interface Relay {
  readonly mailboxes: Mailboxes
  readonly objects: ObjectStore
  readonly clock: ManualClock
  readonly store: Store
}

async function relay(store: Store = openMemory(), clock = new ManualClock(start)): Promise<Relay> {
  const objects = await ObjectStore.open({ store, clock, random, count: 2000 })
  return { mailboxes: new Mailboxes(objects, clock, random), objects, clock, store }
}

function item(box: Uint8Array, day = 20_000): Promise<Uint8Array> {
  return sealItem({ content: random.bytes(9), day, box, kemKey: own.publicKey, secret }, random)
}

const fromStranger = (day = 20_000): Promise<Uint8Array> =>
  sealItem(
    { content: random.bytes(9), day, box: inboxOf(address, day), kemKey: own.publicKey },
    random,
  )

async function badlyStamped(good: Uint8Array): Promise<Uint8Array> {
  for (;;) {
    const body = good.slice()
    body.set(random.bytes(8), 51)
    if (!(await checkStamp(decodeEnvelope(body)))) return body
  }
}

const idOf = (body: Uint8Array): Uint8Array => objectId(kindNumbers.mail, body)

async function reconcile(from: Mailboxes, to: Mailboxes): Promise<SyncResult> {
  const shared = { secret: random.bytes(32), scope: new Uint8Array(8) }
  const flying: (() => void)[] = []
  const channel = (deliver: (message: Uint8Array) => void) => {
    const send = async (message: Uint8Array): Promise<void> =>
      void flying.push(() => deliver(message))
    return { maxPayload: 471, send, transfer: send }
  }
  let result: SyncResult | undefined
  const responder: SyncResponder = new SyncResponder({
    ...shared,
    set: to.setFor('from'),
    channel: channel((message) => initiator.receive(message)),
    ended: () => undefined,
  })
  const initiator: SyncInitiator = new SyncInitiator({
    ...shared,
    set: from.setFor('to'),
    channel: channel((message) => responder.receive(message)),
    ended: (one) => (result = one),
  })
  initiator.start()
  while (!initiator.isEnded) {
    flying.shift()?.()
    await new Promise(setImmediate)
  }
  assert.ok(result !== undefined)
  return result
}

describe('mailboxes', () => {
  it('hand an item to who knows their name, until who read it shows the opener', async () => {
    const { mailboxes, objects } = await relay()
    const box = random.bytes(32)
    const body = await item(box)
    assert.equal(await mailboxes.deposit(body, 'a'), 'stored')
    assert.equal(await mailboxes.deposit(body, 'b'), 'held')
    assert.deepEqual(mailboxes.contents(random.bytes(32)), [])
    const [id] = mailboxes.contents(box)
    const opened = openItem(decodeEnvelope(mailboxes.get(id!)!), keys, secret)
    assert.equal(await mailboxes.collect(id!, random.bytes(16), 'c'), false)
    assert.equal(mailboxes.size, 1)
    assert.equal(await mailboxes.collect(id!, opened!.opener, 'c'), true)
    assert.equal(mailboxes.size, 0)
    assert.equal(objects.get(id!), undefined)
    assert.equal(await mailboxes.deposit(body, 'a'), 'collected')
  })

  it('hold what they held after a restart, and what was collected stays so', async () => {
    const { mailboxes, store, clock } = await relay()
    const box = random.bytes(32)
    const [kept, gone] = [await item(box), await item(box)]
    await mailboxes.deposit(kept, 'a')
    await mailboxes.deposit(gone, 'a')
    await mailboxes.collect(idOf(gone), openItem(decodeEnvelope(gone), keys, secret)!.opener)
    const again = await relay(store, clock)
    assert.deepEqual(again.mailboxes.contents(box), [idOf(kept)])
    assert.equal(await again.mailboxes.deposit(gone, 'a'), 'collected')
  })

  it('drop an item when its time is over, wherever it was meanwhile', async () => {
    const { mailboxes, clock } = await relay()
    const box = random.bytes(32)
    await mailboxes.deposit(await item(box), 'a')
    clock.advance(15 * 86_400_000)
    const half = await item(box)
    await mailboxes.deposit(half, 'a')
    assert.equal(mailboxes.contents(box).length, 2)
    clock.advance(15 * 86_400_000)
    await mailboxes.expire()
    assert.equal(mailboxes.size, 0)
    assert.equal(await mailboxes.deposit(half, 'a'), 'day')
    assert.equal(await mailboxes.deposit(await item(box, dayAt(clock.now()) + 2), 'a'), 'day')
  })

  it('of strangers open to who holds the key of the address, and to nobody else', async function () {
    this.timeout(30_000)
    const { mailboxes } = await relay()
    const body = await fromStranger()
    assert.equal(await mailboxes.deposit(body, 'a'), 'stored')
    assert.deepEqual(mailboxes.contents(inboxOf(address, 20_000)), [])
    const challenge = mailboxes.challenge(record, 'a')
    const answer = answerChallenge(challenge, (ciphertext) => own.decapsulate(ciphertext))
    assert.deepEqual(mailboxes.openInbox(answer), [idOf(body)])
    assert.equal(mailboxes.openInbox(answer), undefined)
    const other = kem.generate(random)
    const wrong = answerChallenge(mailboxes.challenge(record, 'a'), (one) => other.decapsulate(one))
    assert.equal(mailboxes.openInbox(wrong), undefined)
    const theirs = concat(other.publicKey, record.subarray(1184))
    const theirAnswer = answerChallenge(mailboxes.challenge(theirs, 'b'), (one) =>
      other.decapsulate(one),
    )
    assert.deepEqual(mailboxes.openInbox(theirAnswer), [])
  })

  it('forget a challenge in time, and those of who asks for many before those of others', async () => {
    const { mailboxes, clock } = await relay()
    const honest = mailboxes.challenge(record, 'honest')
    for (let index = 0; index < 500; index++) mailboxes.challenge(record, 'flood')
    for (let index = 0; index < 300; index++) mailboxes.challenge(record, 'flood' + (index % 40))
    const answer = answerChallenge(honest, (one) => own.decapsulate(one))
    assert.deepEqual(mailboxes.openInbox(answer), [])
    const late = mailboxes.challenge(record, 'honest')
    clock.advance(limits.mailChallengeLife.value)
    assert.equal(
      mailboxes.openInbox(answerChallenge(late, (one) => own.decapsulate(one))),
      undefined,
    )
  })

  it('take nothing of a stranger without a right stamp, and check few in a second', async function () {
    this.timeout(30_000)
    const { mailboxes, clock } = await relay()
    const good = await fromStranger()
    const outcomes: string[] = []
    for (let index = 0; index < 8; index++) {
      outcomes.push(await mailboxes.deposit(await badlyStamped(good), 'flood'))
    }
    assert.deepEqual(outcomes, [
      ...Array<string>(4).fill('stamp'),
      ...Array<string>(4).fill('busy'),
    ])
    assert.equal(await mailboxes.deposit(good, 'flood'), 'busy')
    assert.equal(await mailboxes.deposit(good, 'other'), 'stored')
    clock.advance(1000)
    assert.equal(await mailboxes.deposit(await badlyStamped(good), 'flood'), 'stamp')
  })

  it('keep room for others where one neighbour floods one of them, or all', async function () {
    this.timeout(30_000)
    const { mailboxes } = await relay()
    const box = random.bytes(32)
    const model = await item(box)
    const variation = (at: Uint8Array): Uint8Array => {
      const body = model.slice()
      body.set(at, 3)
      body.set(random.bytes(32), 100)
      return body
    }
    const early = await item(random.bytes(32))
    assert.equal(await mailboxes.deposit(early, 'early'), 'stored')
    let stored = 0
    for (let index = 0; index < 100; index++) {
      if ((await mailboxes.deposit(variation(box), 'flood')) === 'stored') stored++
    }
    assert.equal(stored, limits.mailBoxShare.value)
    assert.equal(await mailboxes.deposit(model, 'honest'), 'stored')
    for (let index = 0; index < 1500; index++) {
      await mailboxes.deposit(variation(random.bytes(32)), 'flood')
    }
    await mailboxes.expire()
    assert.ok(mailboxes.size <= 520, String(mailboxes.size))
    assert.ok(mailboxes.contents(box).some((id) => id.toHex() === idOf(model).toHex()))
    assert.equal(await mailboxes.deposit(await item(random.bytes(32)), 'late'), 'stored')
    assert.ok(mailboxes.get(idOf(early)))
  })

  it('reach other relays by reconciliation, as does what was collected', async () => {
    const [first, second] = [await relay(), await relay()]
    const box = random.bytes(32)
    const bodies = await Promise.all(Array.from({ length: 12 }, () => item(box)))
    for (const body of bodies) await first.mailboxes.deposit(body, 'a')
    assert.equal((await reconcile(second.mailboxes, first.mailboxes)).outcome, 'equal')
    assert.equal(second.mailboxes.contents(box).length, 12)
    const [read] = bodies
    const { opener } = openItem(decodeEnvelope(read!), keys, secret)!
    await second.mailboxes.collect(idOf(read!), opener)
    for (let session = 0; session < 3; session++) await reconcile(second.mailboxes, first.mailboxes)
    assert.equal(first.mailboxes.contents(box).length, 11)
    assert.equal((await reconcile(first.mailboxes, second.mailboxes)).outcome, 'equal')
  })

  it('are not emptied by openers that somebody made up, before or after the item comes', async () => {
    const { mailboxes } = await relay()
    const body = await item(random.bytes(32))
    await mailboxes.collect(idOf(body), random.bytes(16), 'liar')
    assert.equal(await mailboxes.deposit(body, 'a'), 'stored')
    assert.equal(await mailboxes.collect(idOf(body), random.bytes(16), 'liar'), false)
    const { opener } = openItem(decodeEnvelope(body), keys, secret)!
    assert.equal(await mailboxes.collect(idOf(body), opener, 'reader'), true)
    assert.equal(mailboxes.get(idOf(body)), undefined)
  })

  it('refuse 4000 changed items, records and answers without a trace', async function () {
    this.timeout(30_000)
    const { mailboxes, objects } = await relay()
    const body = await item(random.bytes(32))
    const set = mailboxes.setFor('fuzz')
    for (let trial = 0; trial < 4000; trial++) {
      const cut = body.slice(0, random.below(body.length))
      const tries: (() => unknown)[] = [
        () => mailboxes.deposit(cut, 'fuzz'),
        () => set.put(concat(Uint8Array.of(random.below(12)), cut.subarray(0, random.below(60)))),
        () => mailboxes.challenge(cut, 'fuzz'),
        () => mailboxes.openInbox(cut),
        () => answerChallenge(cut, (one) => one),
      ]
      try {
        const outcome = await random.pick(tries)()
        assert.ok(outcome === 'refused' || outcome === undefined, String(outcome))
      } catch (error) {
        assert.ok(isFault(error, 'MESH_MALFORMED'), String(error))
      }
    }
    assert.equal(objects.count, 0)
  })
})
