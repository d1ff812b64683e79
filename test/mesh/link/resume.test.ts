import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import * as fc from 'fast-check'

import { empty } from '#base'

import { circuitHeaderBytes, requestHeaderBytes } from '../../../mesh/cell.ts'
import {
  type AcceptedResumption,
  linkContexts,
  resumeAnswerBytes,
  type ResumeOffer,
  Tickets,
} from '../../../mesh/link/index.ts'
import type { Session } from '../../../mesh/link/session.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'
import { hand, linked, type Pair } from './pair.ts'

const random = new Seeded('resume')
const code = 'MESH_MALFORMED'
const day = 86_400_000

interface Side {
  readonly clock: ManualClock
  readonly tickets: Tickets
  session: Session
}

function side(session: Session): Side {
  const clock = new ManualClock()
  const tickets = new Tickets(clock, random)
  tickets.keep('peer', session.resumption, false)
  return { clock, tickets, session }
}

function sides(pair: Pair = linked(random)): [one: Side, other: Side] {
  return [side(pair.initiator), side(pair.responder)]
}

function offer({ tickets }: Side, data: Uint8Array = empty): ResumeOffer {
  const made = tickets.offer('peer', data)
  assert.ok(made !== undefined)
  return made
}

/** As a node does: it keeps what the new session leaves at once. */
function accept(to: Side, request: Uint8Array): AcceptedResumption {
  const accepted = to.tickets.accept(request)
  if (accepted.fresh === undefined) return accepted
  to.session = accepted.fresh.session
  to.tickets.keep('peer', to.session.resumption, false)
  return accepted
}

function complete(from: Side, made: ResumeOffer, answer: Uint8Array): void {
  from.session = made.complete(answer)
  from.tickets.keep('peer', from.session.resumption, false)
}

/** A cell from one to the other, who keeps what it says is new. */
function say(from: Side, to: Side, capacity = 0): void {
  const { bytes } = from.session.seal(linkContexts.data, empty, capacity)
  const opened = to.session.open(linkContexts.data, bytes)
  assert.ok(opened !== undefined)
  if (opened.hasNewResumption) to.tickets.keep('peer', to.session.resumption, false)
}

describe('resumption of a link', () => {
  it('takes 165 bytes with 64 of data, headers and answer included', () => {
    const [one, other] = sides()
    const data = random.bytes(64)
    const { request } = offer(one, data)
    const { answer, fresh } = accept(other, request)
    assert.deepEqual(fresh?.data, data)
    assert.equal(answer.length, resumeAnswerBytes)
    const all = requestHeaderBytes + request.length + circuitHeaderBytes + answer.length
    assert.equal(all, 165)
    assert.ok(all <= 180)
  })

  it('gives both a session of its own, and the asked may speak at once', () => {
    const [one, other] = sides()
    const { binding } = one.session
    const made = offer(one)
    const { answer } = accept(other, made.request)
    const early = other.session.seal(linkContexts.data, random.bytes(5))
    complete(one, made, answer)
    assert.ok(one.session.open(linkContexts.data, early.bytes) !== undefined)
    hand(one.session, other.session)
    assert.deepEqual(one.session.binding, other.session.binding)
    assert.notDeepEqual(one.session.binding, binding)
  })

  it('works by either side, again and again, across ratchets and closes', () => {
    const all = sides()
    for (let round = 0; round < 30; round++) {
      const [from, to] = round % 3 === 0 ? all : all.toReversed()
      const made = offer(from!)
      const { answer } = accept(to!, made.request)
      complete(from!, made, answer)
      const cells = random.pick([0, 1, 200])
      for (let cell = 0; cell < cells; cell++) {
        say(from!, to!, 500)
        say(to!, from!, 500)
      }
      if (cells === 200) assert.ok(from!.session.epoch > 0)
      if (random.oneIn(2)) to!.session.open(linkContexts.close, from!.session.close().bytes)
    }
  })

  it('answers the same request with the same answer, and opens one session', () => {
    const [one, other] = sides()
    const made = offer(one, random.bytes(9))
    const first = accept(other, made.request)
    const again = accept(other, made.request.slice())
    assert.deepEqual(again.answer, first.answer)
    assert.equal(again.fresh, undefined)
    complete(one, made, again.answer)
    hand(one.session, other.session)
  })

  it('takes no used ticket: no replay, no other request by it', () => {
    const [one, other] = sides()
    const first = offer(one, random.bytes(9))
    complete(one, first, accept(other, first.request).answer)
    say(one, other)
    say(other, one)
    const second = offer(one)
    complete(one, second, accept(other, second.request).answer)
    assert.throws(() => other.tickets.accept(first.request), { code })
    const forged = second.request.slice()
    forged.set(random.bytes(24), 16)
    assert.throws(() => other.tickets.accept(forged), { code })
  })

  it('does not bring a used ticket back when the same keys are kept again', () => {
    const [one, other] = sides()
    const before = other.session
    const used = [offer(one), offer(one)]
    for (const { request } of used) accept(other, request)
    before.erase()
    other.tickets.keep('peer', before.resumption, false)
    assert.throws(() => other.tickets.accept(used[0]!.request), { code })
    other.tickets.forget('peer')
    other.tickets.keep('peer', before.resumption, false)
    for (const { request } of used) assert.throws(() => other.tickets.accept(request), { code })
  })

  it('passes over tickets whose requests were lost, up to seven, and those are void', () => {
    const [one, other] = sides()
    const lost = Array.from({ length: 7 }, () => offer(one))
    const made = offer(one)
    assert.equal(one.tickets.offer('peer', empty), undefined)
    const { answer } = accept(other, made.request)
    complete(one, made, answer)
    for (const { request } of lost) assert.throws(() => other.tickets.accept(request), { code })
    hand(one.session, other.session)
  })

  it('goes on where the answer was lost and another attempt follows', () => {
    const [one, other] = sides()
    for (let round = 0; round < 5; round++) accept(other, offer(one).request)
    const made = offer(one)
    complete(one, made, accept(other, made.request).answer)
    hand(one.session, other.session)
  })

  it('goes on where the side that did not hear the answer is asked itself', () => {
    const [one, other] = sides()
    accept(other, offer(one).request)
    const made = offer(other)
    complete(other, made, accept(one, made.request).answer)
    hand(other.session, one.session)
  })

  it('goes on where the first cell after the answer was lost', () => {
    for (const first of [0, 1]) {
      const all = sides()
      const [one, other] = all
      const made = offer(one)
      complete(one, made, accept(other, made.request).answer)
      one.session.seal(linkContexts.data, empty)
      const [from, to] = first === 0 ? all : all.toReversed()
      const again = offer(from!)
      complete(from!, again, accept(to!, again.request).answer)
      hand(from!.session, to!.session)
    }
  })

  it('goes on without end though nothing but requests and answers gets through', () => {
    for (const all of [sides(), sides().toReversed()]) {
      const [from, to] = all
      for (let round = 0; round < 20; round++) {
        const made = offer(from!)
        complete(from!, made, accept(to!, made.request).answer)
      }
    }
  })

  it('goes on after a close while a ratchet was half way', () => {
    for (const isByInitiator of [true, false]) {
      const pair = linked(random)
      for (let chunk = 0; chunk < 37; chunk++) hand(pair.initiator, pair.responder, 500)
      while (pair.initiator.epoch === 0) hand(pair.responder, pair.initiator, 500)
      assert.equal(pair.responder.epoch, 0)
      const all = sides(pair)
      const [from, to] = isByInitiator ? all : all.toReversed()
      from!.session.erase()
      to!.session.erase()
      const made = offer(from!)
      complete(from!, made, accept(to!, made.request).answer)
      hand(from!.session, to!.session)
    }
  })

  it('never fails for good under any loss, as long as a few attempts get through', function () {
    this.timeout(60_000)
    const steps = fc.array(
      fc.record({
        isByOne: fc.boolean(),
        isRequestLost: fc.boolean(),
        isAnswerLost: fc.boolean(),
        there: fc.nat(50),
        back: fc.nat(50),
        isLost: fc.boolean(),
      }),
      { minLength: 6, maxLength: 14 },
    )
    const outcomes = { resumed: 0, spent: 0 }
    const holds = (all: typeof steps extends fc.Arbitrary<infer Steps> ? Steps : never): void => {
      const [one, other] = sides()
      for (const { isByOne, isRequestLost, isAnswerLost, there, back, isLost } of all) {
        const [from, to] = isByOne ? [one, other] : [other, one]
        const made = from.tickets.offer('peer', empty)
        // After eight attempts without an answer, a whole handshake is due.
        if (made === undefined) {
          outcomes.spent++
          return
        }
        if (isRequestLost) continue
        const { answer, fresh } = accept(to, made.request)
        assert.ok(fresh !== undefined)
        if (isAnswerLost) continue
        complete(from, made, answer)
        outcomes.resumed++
        for (let cell = 0; cell < there; cell++) say(from, to, 500)
        for (let cell = 0; cell < back; cell++) say(to, from, 500)
        for (let cell = 0; cell < there; cell++) {
          if (isLost) from.session.seal(linkContexts.data, empty, 500)
          else say(from, to, 500)
        }
      }
    }
    fc.assert(fc.property(steps, holds), { seed: 8, numRuns: 100 })
    assert.ok(
      outcomes.resumed > 150 && outcomes.spent < outcomes.resumed / 20,
      JSON.stringify(outcomes),
    )
  })

  it('is nothing to who stole the keys after it: used ones are gone', () => {
    const [one, other] = sides()
    const made = offer(one, random.bytes(20))
    const { answer } = accept(other, made.request)
    complete(one, made, answer)
    say(one, other)
    say(other, one)
    // Each side's store answers for its keys: nothing in it makes the ticket or opens the request.
    const another = offer(one)
    accept(other, another.request)
    assert.throws(() => other.tickets.accept(made.request), { code })
    assert.throws(() => one.tickets.accept(made.request), { code })
    assert.throws(() => made.complete(answer), { code: 'MESH_LINK' })
  })

  it('refuses every change of a request and of an answer, and still takes the right one', () => {
    const [one, other] = sides()
    const made = offer(one, random.bytes(64))
    const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.with(at, bytes[at]! ^ (1 << random.below(8)))
    for (let at = 0; at < made.request.length; at++) {
      assert.throws(() => other.tickets.accept(flipped(made.request, at)), { code })
    }
    const { answer } = accept(other, made.request)
    for (let at = 0; at < answer.length; at++) {
      assert.throws(() => made.complete(flipped(answer, at)), { code })
    }
    assert.throws(() => made.complete(answer.subarray(1)), { code })
    complete(one, made, answer)
    hand(one.session, other.session)
  })

  it('refuses garbage and other lengths, and data above 64 bytes', () => {
    const [one, other] = sides()
    for (let round = 0; round < 3000; round++) {
      const request = random.bytes(random.below(130))
      assert.throws(() => other.tickets.accept(request), { code })
    }
    assert.throws(() => one.tickets.offer('peer', random.bytes(65)), { code })
    const made = offer(one)
    accept(other, made.request)
  })

  it('shares no bytes between two requests of one side', () => {
    const [one] = sides()
    const requests = [0, 1].map(() => offer(one, new Uint8Array(64)).request.toHex())
    for (let at = 0; at + 8 <= requests[0]!.length; at++) {
      assert.ok(!requests[1]!.includes(requests[0]!.slice(at, at + 8)))
    }
  })

  it('shows its secrets to nobody', () => {
    const [one] = sides()
    const made = offer(one)
    assert.deepEqual(Object.keys(made), ['request'])
    const { resumption } = one.session
    assert.ok(!inspect([one.tickets, resumption], { showHidden: true }).includes('Uint8Array'))
  })
})

describe('tickets', () => {
  it('expire after thirty days', () => {
    const [one, other] = sides()
    const made = offer(one)
    other.clock.advance(30 * day)
    assert.ok(other.tickets.accept(made.request).fresh !== undefined)
    const late = offer(one)
    other.clock.advance(1)
    assert.throws(() => other.tickets.accept(late.request), { code })
    assert.equal(other.tickets.size, 0)
    one.clock.advance(30 * day + 1)
    assert.equal(one.tickets.offer('peer', empty), undefined)
  })

  it('are kept in bounds, and no stranger puts out who is known', () => {
    const clock = new ManualClock()
    const tickets = new Tickets(clock, random)
    const known = linked(random)
    tickets.keep('known', known.responder.resumption, false)
    const first = linked(random)
    tickets.keep('stranger 0', first.responder.resumption, true)
    for (let round = 1; round < 300; round++) {
      tickets.keep(`stranger ${round}`, linked(random).responder.resumption, true)
    }
    assert.equal(tickets.size, 256)
    assert.equal(tickets.accept(offer(side(known.initiator)).request).name, 'known')
    assert.throws(() => tickets.accept(offer(side(first.initiator)).request), { code })
  })

  it('are forgotten when told', () => {
    const [one, other] = sides()
    const made = offer(one)
    accept(other, made.request)
    other.tickets.forget('peer')
    assert.throws(() => other.tickets.accept(made.request), { code })
    assert.equal(other.tickets.offer('peer', empty), undefined)
    other.tickets.forget('nobody')
    assert.equal(other.tickets.size, 0)
  })
})
