import assert from 'node:assert/strict'

import { concat, isFault } from '#base'
import { mlDsa, mlKem } from '#crypto'
import { openMemory } from '#storage'

import { meshHash } from '../../../mesh/hash.ts'
import { limits } from '../../../mesh/limits.ts'
import {
  answerChallenge,
  contactBox,
  decodeEnvelope,
  decodeMail,
  decodePrekey,
  encodeMail,
  encodePrekey,
  inboxOf,
  Mailboxes,
  MailDesk,
  type MailMessage,
  openItem,
  Prekeys,
  readRoot,
  sealItem,
  signRoot,
  wayTo,
} from '../../../mesh/mailbox/index.ts'
import { ObjectStore } from '../../../mesh/objects/index.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'

const day = 20_000
const random = new Seeded('desk')
const own = mlKem(768).generate(random)
const signing = mlDsa(0x65).generate(random)
const kemHash = meshHash('kem-key', 32, own.publicKey)
const sigHash = meshHash('sig-key', 32, signing.publicKey)
const anchor = random.bytes(21)
const address = meshHash('addr', 32, kemHash, sigHash, anchor)
const record = concat(own.publicKey, sigHash, anchor)

async function open(): Promise<{ desk: MailDesk; clock: ManualClock }> {
  const clock = new ManualClock(day * 86_400_000)
  const objects = await ObjectStore.open({ store: openMemory(), clock, random })
  return { desk: new MailDesk(new Mailboxes(objects, clock, random), clock), clock }
}

type Answer<Type> = MailMessage extends infer One
  ? One extends { readonly type: infer Types }
    ? Type extends Types
      ? One
      : never
    : never
  : never

async function ask<Type extends MailMessage['type']>(
  desk: MailDesk,
  message: MailMessage,
  type: Type,
): Promise<Answer<Type>> {
  const bytes = await desk.answer(encodeMail(message), 'neighbour')
  assert.ok(bytes !== undefined)
  const answer = decodeMail(bytes)
  assert.equal(answer.type, type)
  return answer as Answer<Type>
}

describe('the desk of a relay', () => {
  it('lets a stranger write to who is away, under a key that is erased after reading', async function () {
    this.timeout(30_000)
    const { desk } = await open()
    const prekeys = Prekeys.create(random, { serial: 1, until: day + 30, count: 2 })
    const travelling = [0, 1].map((index) => encodePrekey(prekeys.prekey(index)!))
    const signed = signRoot({ signing, kemHash, anchor }, prekeys.root)
    const shelve: MailMessage = { type: 'shelve', address, signed, prekeys: travelling }
    assert.equal(await desk.answer(encodeMail(shelve), 'owner'), undefined)

    const taken = await ask(desk, { type: 'take', address }, 'prekey')
    const { kemKey } = decodePrekey(taken.prekey!, readRoot(taken.signed!, address))
    const content = random.bytes(120)
    const item = await sealItem({ content, day, box: inboxOf(address, day), kemKey }, random)
    const deposited = await ask(desk, { type: 'deposit', body: item }, 'deposited')
    assert.equal(deposited.outcome, 'stored')

    const { challenge } = await ask(desk, { type: 'knock', record }, 'challenge')
    const answer = answerChallenge(challenge, (one) => own.decapsulate(one))
    const { ids } = await ask(desk, { type: 'answer', answer }, 'contents')
    const { body } = await ask(desk, { type: 'fetch', id: ids[0]! }, 'item')
    const opened = openItem(decodeEnvelope(body), { own, oneTime: prekeys.keys })
    assert.ok(opened !== undefined)
    assert.deepEqual(opened.content, content)
    assert.equal(opened.isForwardSecret, true)
    await ask(desk, { type: 'collect', id: ids[0]!, opener: opened.opener }, 'collected')
    const gone = await ask(desk, { type: 'fetch', id: ids[0]! }, 'item')
    assert.equal(gone.body.length, 0)
  })

  it('lets a contact write without a stamp, and has another box for the way back', async () => {
    const { desk } = await open()
    const shared = random.bytes(32)
    const way = wayTo(shared, address)
    const box = contactBox(way, day)
    const draft = { content: random.bytes(5), day, box, kemKey: own.publicKey, secret: way }
    await ask(desk, { type: 'deposit', body: await sealItem(draft, random) }, 'deposited')
    assert.equal((await ask(desk, { type: 'look', box }, 'contents')).ids.length, 1)
    const back = contactBox(wayTo(shared, random.bytes(32)), day)
    assert.equal((await ask(desk, { type: 'look', box: back }, 'contents')).ids.length, 0)
  })

  it('says that there is no prekey where there is none', async () => {
    const { desk } = await open()
    assert.equal((await ask(desk, { type: 'take', address }, 'prekey')).prekey, undefined)
  })

  it('answers others while one neighbour asks without end', async () => {
    const { desk, clock } = await open()
    const question = encodeMail({ type: 'look', box: random.bytes(32) })
    let answered = 0
    for (let index = 0; index < 500; index++) {
      if (await desk.answer(question, 'flood')) answered++
    }
    assert.equal(answered, limits.mailQuestionsShare.value)
    assert.ok(await desk.answer(question, 'other'))
    clock.advance(1000)
    assert.ok(await desk.answer(question, 'flood'))
  })

  it('refuses 6000 changed messages, and reads the others as they were written', async () => {
    const { desk, clock } = await open()
    const prekeys = Prekeys.create(random, { serial: 1, until: day, count: 2 })
    const signed = signRoot({ signing, kemHash, anchor }, prekeys.root)
    const one = encodePrekey(prekeys.prekey(0)!)
    const id = random.bytes(32)
    const samples: MailMessage[] = [
      { type: 'deposit', body: random.bytes(80) },
      { type: 'deposited', id, outcome: 'stamp' },
      { type: 'look', box: id },
      { type: 'knock', record },
      { type: 'challenge', challenge: random.bytes(1096) },
      { type: 'answer', answer: random.bytes(40) },
      { type: 'contents', ids: [id, random.bytes(32)] },
      { type: 'fetch', id },
      { type: 'item', body: random.bytes(80) },
      { type: 'collect', id, opener: random.bytes(16) },
      { type: 'collected', id },
      { type: 'shelve', address, signed, prekeys: [one] },
      { type: 'take', address },
      { type: 'prekey', address, signed, prekey: one },
      { type: 'prekey', address },
    ]
    for (const message of samples) assert.deepEqual(decodeMail(encodeMail(message)), message)
    let refused = 0
    for (let trial = 0; trial < 6000; trial++) {
      const bytes = encodeMail(random.pick(samples))
      const changed = random.oneIn(2) ? bytes.slice(0, random.below(bytes.length + 1)) : bytes
      if (changed.length > 0)
        changed[random.below(Math.min(60, changed.length))]! ^= 1 << random.below(8)
      try {
        assert.deepEqual(encodeMail(decodeMail(changed)), new Uint8Array(changed))
        clock.advance(1000)
        await desk.answer(changed, 'fuzz')
      } catch (error) {
        assert.ok(isFault(error, 'MESH_MALFORMED'), String(error))
        refused++
      }
    }
    assert.ok(refused > 1000)
  })
})
