import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import { concat, equal } from '#base'
import { mlKem, X25519Key } from '#crypto'

import { meshHash } from '../../../mesh/hash.ts'
import { derive } from '../../../mesh/link/derive.ts'
import {
  answerLink,
  LinkAnswers,
  linkContexts,
  linkIdOf,
  linkProofBytes,
  linkRequestBytes,
  lockBytes,
  offerLink,
  provesLock,
} from '../../../mesh/link/index.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'
import { facts, hand, resident, unconfirmed } from './pair.ts'

const random = new Seeded('handshake')
const host = resident(random)
const code = 'MESH_MALFORMED'

function answer(request: Uint8Array, to = host): ReturnType<typeof answerLink> {
  const answers = new LinkAnswers(new ManualClock())
  return answerLink(request, { ...to, answers, source: '' })
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at]! ^= 1 << random.below(8)
  return copy
}

function lead(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, lockBytes)
}

describe('the handshake of a link', () => {
  it('takes 2323 bytes there and 1152 back', () => {
    const offer = offerLink(host.record, facts, random)
    assert.equal(offer.request.length, 2323)
    assert.equal(answer(offer.request).proof.length, 1152)
    assert.deepEqual([linkRequestBytes, linkProofBytes], [2323, 1152])
  })

  it('gives both sides the same keys, and each direction its own', () => {
    const { initiator, responder } = unconfirmed(random)
    assert.deepEqual(initiator.binding, responder.binding)
    const text = random.bytes(41)
    const there = initiator.seal(linkContexts.data, text)
    assert.deepEqual(responder.open(linkContexts.data, there.bytes)?.plaintext, text)
    assert.throws(() => initiator.open(linkContexts.data, there.bytes), { code })
    const back = responder.seal(linkContexts.data, text)
    assert.deepEqual(initiator.open(linkContexts.data, back.bytes)?.plaintext, text)
  })

  it('tells the responder the facts of the way, bound into the keys', () => {
    const offer = offerLink(host.record, { mtu: 8192, flags: 5 }, random)
    const { fresh, linkId } = answer(offer.request)
    assert.deepEqual(fresh?.facts, { mtu: 8192, flags: 5 })
    assert.deepEqual(linkId, offer.linkId)
    assert.deepEqual(linkId, linkIdOf(offer.request))
  })

  it('makes no two links alike, not even with the same draws', () => {
    const [one, other] = ['same', 'same'].map((seed) => {
      const offer = offerLink(host.record, facts, new Seeded(seed))
      return {
        offer,
        ...answerLink(offer.request, {
          ...host,
          random: new Seeded(seed),
          answers: new LinkAnswers(new ManualClock()),
          source: '',
        }),
      }
    })
    assert.notDeepEqual(one!.offer.linkId, other!.offer.linkId)
    assert.notDeepEqual(one!.fresh!.session.binding, other!.fresh!.session.binding)
  })

  it('is refused by everybody but the address that was asked', () => {
    const offer = offerLink(host.record, facts, random)
    assert.throws(() => answer(offer.request, resident(random)), { code })
    // The same key under another address is another destination.
    const elsewhere = { ...host, address: random.bytes(32) }
    assert.throws(() => answer(offer.request, elsewhere), { code })
  })

  it('finds every change of a request out before anything is answered', () => {
    const offer = offerLink(host.record, facts, random)
    for (let at = 0; at < linkRequestBytes; at += 1 + random.below(20)) {
      assert.throws(() => answer(changed(offer.request, at)), { code }, `byte ${at}`)
    }
    for (let at = 0; at < 16; at++) {
      assert.throws(() => answer(changed(offer.request, at)), { code }, `byte ${at}`)
    }
    for (let at = 2288; at < linkRequestBytes; at++) {
      assert.throws(() => answer(changed(offer.request, at)), { code }, `byte ${at}`)
    }
  })

  it('finds every change of a proof out and still takes the right one', () => {
    const offer = offerLink(host.record, facts, random)
    const { proof, fresh } = answer(offer.request)
    for (let at = 0; at < linkProofBytes; at += 1 + random.below(20)) {
      assert.throws(() => offer.complete(changed(proof, at)), { code }, `byte ${at}`)
    }
    hand(offer.complete(proof), fresh!.session)
    assert.throws(() => offer.complete(proof), { code: 'MESH_LINK' })
  })

  it('refuses keys that are none, though bound by the right lock', () => {
    const make = (kemKey: Uint8Array, point: Uint8Array): Uint8Array => {
      const { ciphertext, sharedSecret } = mlKem(768).encapsulate(host.record.kemKey)
      const factBytes = Uint8Array.of(1, 244, 0)
      const bound = concat(ciphertext, kemKey, point, factBytes)
      const context = meshHash('link-request', 32, host.address, bound)
      const lock = meshHash('lockh', 16, derive(sharedSecret, 'lock', 16, context))
      return concat(lock, bound)
    }
    const kemKey = mlKem(768).generate(random).publicKey
    const point = X25519Key.generate(random).publicKey
    assert.equal(answer(make(kemKey, point)).proof.length, 1152)
    assert.throws(() => answer(make(kemKey, new Uint8Array(32))), { code })
    assert.throws(() => answer(make(new Uint8Array(1184).fill(0xff), point)), { code })
    const offer = offerLink(host.record, facts, random)
    const proof = answer(offer.request).proof.fill(0, 1104, 1136)
    assert.throws(() => offer.complete(proof), { code })
  })

  it('takes no proof of another request', () => {
    const [one, other] = [
      offerLink(host.record, facts, random),
      offerLink(host.record, facts, random),
    ]
    assert.throws(() => other.complete(answer(one.request).proof), { code })
  })

  it('lets relays, who know no key, tell its proof from an invention', () => {
    const offer = offerLink(host.record, facts, random)
    const { proof } = answer(offer.request)
    const lock = lead(offer.request)
    assert.ok(provesLock(lock, lead(proof)))
    for (let at = 0; at < 16; at++) assert.ok(!provesLock(lock, lead(changed(proof, at))))
    assert.ok(!provesLock(lock, proof) && !provesLock(lock, new Uint8Array(0)))
    const other = answer(offerLink(host.record, facts, random).request)
    assert.ok(!provesLock(lock, lead(other.proof)))
  })

  it('refuses every other length, and facts out of range', () => {
    const offer = offerLink(host.record, facts, random)
    for (const size of [0, 1, 2322, 2324, 65_535]) {
      assert.throws(() => answer(random.bytes(size)), { code })
    }
    for (const size of [0, 1151, 1153]) {
      assert.throws(() => offer.complete(random.bytes(size)), { code })
    }
    for (const mtu of [0, 218, 65_536, 400.5]) {
      assert.throws(() => offerLink(host.record, { mtu, flags: 0 }, random), { code })
    }
    for (const flags of [-1, 256]) {
      assert.throws(() => offerLink(host.record, { mtu: 500, flags }, random), { code })
    }
  })

  it('carries nothing of the initiator that two requests share', () => {
    const [one, other] = [0, 1].map(() => offerLink(host.record, facts, random).request)
    let shared = 0
    for (let at = 0; at + 8 <= 2320; at++) {
      if (equal(one!.subarray(at, at + 8), other!.subarray(at, at + 8))) shared++
    }
    assert.equal(shared, 0)
    assert.deepEqual(one!.subarray(2320), other!.subarray(2320))
  })

  it('shows no secret to who prints an offer or a session', () => {
    const offer = offerLink(host.record, facts, random)
    const { proof, fresh } = answer(offer.request)
    const session = offer.complete(proof)
    assert.deepEqual(Object.keys(offer), ['request', 'linkId'])
    assert.deepEqual(Object.keys(session), ['role'])
    const shown = inspect([session, fresh!.session], { showHidden: true, depth: null })
    assert.ok(!/\d{2,}, \d{2,}/.test(shown), shown)
  })
})

describe('answers to requests for links', () => {
  const second = 1000

  it('are the same for the same request, and open one session', () => {
    const answers = new LinkAnswers(new ManualClock())
    const { request } = offerLink(host.record, facts, random)
    const first = answers.answer(request, host, 'a')
    const again = answers.answer(request.slice(), host, 'b')
    assert.deepEqual(again.proof, first.proof)
    assert.equal(again.fresh, undefined)
    assert.equal(answers.size, 1)
  })

  it('open nothing for a replay: whoever sends it can make no cell, so nothing is sent to him', () => {
    const clock = new ManualClock()
    const answers = new LinkAnswers(clock)
    const offer = offerLink(host.record, facts, random)
    const first = answers.answer(offer.request, host, '')
    hand(offer.complete(first.proof), first.fresh!.session)
    clock.advance(2 * 86_400_000)
    const { fresh } = answers.answer(offer.request, host, '')
    const session = fresh!.session
    assert.ok(!session.isConfirmed)
    assert.throws(() => session.seal(linkContexts.data, random.bytes(3)), { code: 'MESH_LINK' })
    assert.throws(() => session.close(), { code: 'MESH_LINK' })
    assert.throws(() => session.resumption, { code: 'MESH_LINK' })
    assert.throws(() => session.open(linkContexts.data, random.bytes(60)), { code })
    assert.ok(!session.isConfirmed)
  })

  it('are refused beyond a rate, of one neighbour before all', () => {
    const clock = new ManualClock()
    const answers = new LinkAnswers(clock)
    const ask = (source: string): boolean => {
      try {
        answers.answer(offerLink(host.record, facts, random).request, host, source)
        return true
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'MESH_LINK')
        return false
      }
    }
    const flood = Array.from({ length: 20 }, () => ask('flood')).filter(Boolean)
    assert.equal(flood.length, 8)
    const others = ['b', 'c', 'd', 'e'].flatMap((source) =>
      Array.from({ length: 8 }, () => ask(source)),
    )
    assert.equal(others.filter(Boolean).length, 32 - 8)
    clock.advance(second)
    assert.ok(ask('e'))
    assert.ok(ask('flood'))
  })

  it('spend the rate on inventions too, and none on repetitions', () => {
    const answers = new LinkAnswers(new ManualClock())
    const { request } = offerLink(host.record, facts, random)
    answers.answer(request, host, 'a')
    for (let round = 0; round < 7; round++) {
      assert.throws(() => answers.answer(changed(request, round), host, 'a'), { code })
    }
    assert.throws(() => answers.answer(changed(request, 9), host, 'a'), { code: 'MESH_LINK' })
    for (let round = 0; round < 100; round++) answers.answer(request, host, 'a')
  })

  it('are kept in bounds, those of who has most going first, and their sessions with them', () => {
    const clock = new ManualClock()
    const answers = new LinkAnswers(clock)
    const mine = answers.answer(offerLink(host.record, facts, random).request, host, 'mine')
    const first = answers.answer(offerLink(host.record, facts, random).request, host, 'flood')
    for (let round = 0; round < 300; round++) {
      if (round % 4 === 0) clock.advance(second)
      answers.answer(offerLink(host.record, facts, random).request, host, 'flood')
    }
    assert.equal(answers.size, 256)
    assert.ok(first.fresh!.session.isClosed)
    assert.ok(!mine.fresh!.session.isClosed)
    clock.advance(86_400_001)
    answers.answer(offerLink(host.record, facts, random).request, host, 'mine')
    assert.equal(answers.size, 1)
    assert.ok(mine.fresh!.session.isClosed)
  })
})
