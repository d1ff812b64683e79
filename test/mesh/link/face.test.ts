import assert from 'node:assert/strict'

import { isFault } from '#base'

import * as face from '../../../mesh/link/index.ts'
import { ResumeOffer } from '../../../mesh/link/resume.ts'
import { Session } from '../../../mesh/link/session.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'
import { facts, linked, resident } from './pair.ts'

const random = new Seeded('face')
const marker = new TextEncoder().encode('what nobody else may read, in clear')

/** All bytes within `value` that its holder could send. */
function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(bytesIn)
}

function shows(value: unknown): boolean {
  return bytesIn(value).some((bytes) => bytes.toHex().includes(marker.toHex()))
}

/** Every function, class and method that makes bytes out of an argument of the caller's own. */
const makers: Readonly<Record<string, () => unknown>> = {
  'Session.seal': () => linked(random).initiator.seal(face.linkContexts.data, marker),
  'Session.seal with a chunk': () =>
    linked(random).initiator.seal(face.linkContexts.data, marker, 500),
  'Tickets.offer': () => {
    const tickets = new face.Tickets(new ManualClock(), random)
    tickets.keep('peer', linked(random).initiator.resumption, false)
    return tickets.offer('peer', marker)
  },
}

/** These take no data of the caller's, or give back only what they were given sealed. */
const others = new Set([
  'LinkAnswers',
  'LinkAnswers.answer',
  'LinkAnswers.size',
  'ResumeOffer.complete',
  'Session.binding',
  'Session.close',
  'Session.epoch',
  'Session.erase',
  'Session.isClosed',
  'Session.isConfirmed',
  'Session.isRatchetDue',
  'Session.open',
  'Session.ratchet',
  'Session.resumption',
  'Tickets',
  'Tickets.accept',
  'Tickets.forget',
  'Tickets.keep',
  'Tickets.size',
  'addressOfRecord',
  'answerChallenge',
  'answerLink',
  'challengeInitiator',
  'decodeKeyRecord',
  // A record of public keys.
  'encodeKeyRecord',
  'linkIdOf',
  'offerLink',
  'provesLock',
])

function members(name: string, one: { readonly prototype: object }): string[] {
  const own = Object.getOwnPropertyNames(one.prototype)
  return own.filter((member) => member !== 'constructor').map((member) => `${name}.${member}`)
}

function isClass(value: unknown): value is { readonly prototype: object } {
  return typeof value === 'function' && /^class\b/.test(String(value))
}

describe('the face of links', () => {
  it('has nothing that was not looked at for what it gives away', () => {
    const doors = Object.entries({ ...face, Session, ResumeOffer }).flatMap(([name, value]) => {
      if (typeof value !== 'function') return []
      return isClass(value) ? [name, ...members(name, value)] : [name]
    })
    const unreachable = new Set(['Session', 'ResumeOffer'])
    const known = new Set([...others, ...Object.keys(makers).map((name) => name.split(' ')[0]!)])
    assert.deepEqual(
      doors.filter((door) => !known.has(door) && !unreachable.has(door)),
      [],
    )
    assert.deepEqual(
      [...known].filter((door) => !doors.includes(door)),
      [],
    )
    // Without a root secret nobody outside makes a session, and so none without keys.
    assert.ok(!('Session' in face) && !('ResumeOffer' in face))
  })

  it('looks for what leaks in a way that finds it', () => {
    assert.ok(shows({ bytes: { inner: marker } }))
  })

  for (const [name, make] of Object.entries(makers)) {
    it(`gives no data in clear: ${name}`, () => {
      const made = make()
      assert.ok(bytesIn(made).length > 0)
      assert.ok(!shows(made))
    })
  }

  it('takes no context by which data would go unsealed', () => {
    const { initiator, responder } = linked(random)
    for (let context = 0; context < 256; context++) {
      if (context === face.linkContexts.close || context === face.linkContexts.ratchet) continue
      const { bytes } = initiator.seal(context, marker)
      assert.ok(!shows(bytes))
      assert.deepEqual(responder.open(context, bytes)?.plaintext, new Uint8Array(marker))
    }
  })

  it('names nobody: what one sends shares no bytes with its address or key', () => {
    const [own, host] = [resident(random), resident(random)]
    const offer = face.offerLink(host.record, facts, own.random)
    const pieces = [own.address, own.record.kemKey, own.record.anchor, host.address]
    for (const piece of pieces) {
      for (let at = 0; at + 8 <= piece.length; at += 4) {
        assert.ok(!offer.request.toHex().includes(piece.subarray(at, at + 8).toHex()))
      }
    }
  })
})

describe('the decoders of links', () => {
  it('meet 20000 inputs of any kind with a coded fault or nothing', function () {
    this.timeout(60_000)
    const host = resident(random)
    const { initiator, responder } = linked(random)
    const clock = new ManualClock()
    const answers = new face.LinkAnswers(clock)
    const tickets = new face.Tickets(clock, random)
    tickets.keep('peer', responder.resumption, false)
    const record = face.encodeKeyRecord(host.record)
    const offer = face.offerLink(host.record, facts, random)
    const { proof } = answers.answer(offer.request, host, '')
    const cell = initiator.seal(face.linkContexts.data, random.bytes(100), 500).bytes
    const doors: readonly (readonly [Uint8Array, (bytes: Uint8Array) => unknown])[] = [
      [record, (bytes) => face.decodeKeyRecord(bytes, host.address)],
      [offer.request, (bytes) => answers.answer(bytes, host, `${random.below(9)}`).fresh],
      [proof, (bytes) => offer.complete(bytes)],
      [cell, (bytes) => responder.open(face.linkContexts.data, bytes)],
      [random.bytes(80), (bytes) => tickets.accept(bytes)],
      [random.bytes(1088), (bytes) => face.answerChallenge(responder, host.key, bytes)],
    ]
    for (let round = 0; round < 20_000; round++) {
      if (round % 50 === 0) clock.advance(1000)
      const [right, door] = random.pick(doors)
      const input = mutated(right)
      try {
        assert.equal(door(input), undefined)
      } catch (error) {
        assert.ok(isFault(error, 'MESH_MALFORMED', 'MESH_LINK'), String(error))
      }
    }
    assert.equal(answers.size, 1)
    assert.equal(tickets.size, 1)
    assert.ok(responder.open(face.linkContexts.data, cell) !== undefined)
    offer.complete(proof)
  })
})

/** Never the same as `right`. */
function mutated(right: Uint8Array): Uint8Array {
  const at = random.below(right.length)
  const changed = right.with(at, right[at]! ^ (1 + random.below(255)))
  return random.pick([
    () => changed,
    () => right.subarray(0, at),
    () => new Uint8Array([...right, ...random.bytes(1 + random.below(40))]),
    () => random.bytes(right.length),
    () => random.bytes(random.below(70)),
    () => new Uint8Array(right.length).fill(random.pick([0, 0xff])),
  ])()
}
