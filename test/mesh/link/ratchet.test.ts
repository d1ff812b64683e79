import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { empty } from '#base'

import { Epoch } from '../../../mesh/link/epoch.ts'
import { chunkBytes, linkContexts, sealBytes } from '../../../mesh/link/index.ts'
import { Session } from '../../../mesh/link/session.ts'
import { Seeded } from '../../seeded.ts'
import { hand, linked, type Pair } from './pair.ts'

const standing = { isConfirmed: true, isSettled: true }
const random = new Seeded('ratchet')
const { data, ratchet } = linkContexts
const roomy = 500

interface Air {
  /** In percent. */
  readonly loss: number
  readonly duplicates: number
  /** Cells that may overtake one. */
  readonly reach: number
  /** In percent: cells by the initiator, of all. */
  readonly share: number
  readonly seed: number
}

interface Outcome {
  readonly delivered: number
  readonly epochs: number
}

/** Hands `cells` across in both directions; fails where one that arrived in time does not open. */
function exchange({ initiator, responder }: Pair, air: Air, cells: number): Outcome {
  const { loss, duplicates, reach, share, seed } = air
  const chance = new Seeded(seed)
  const flying: { due: number; to: Session; bytes: Uint8Array; text: Uint8Array }[] = []
  const opened = new Set<Uint8Array>()
  let delivered = 0
  for (let at = 0; at < cells; at++) {
    const isThere = chance.below(100) < share
    const [from, to] = isThere ? [initiator, responder] : [responder, initiator]
    const text = chance.bytes(chance.below(300))
    const { bytes } = from.seal(data, text, roomy)
    const copies = chance.below(100) < loss ? 0 : chance.below(100) < duplicates ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      flying.push({ due: at + chance.below(reach + 1), to, bytes, text })
    }
    for (const cell of flying.filter(({ due }) => due <= at)) {
      flying.splice(flying.indexOf(cell), 1)
      const result = cell.to.open(data, cell.bytes)
      assert.equal(result === undefined, opened.has(cell.bytes))
      if (result === undefined) continue
      assert.deepEqual(result.plaintext, cell.text)
      opened.add(cell.bytes)
      delivered++
    }
    const skew = initiator.epoch - responder.epoch
    assert.ok(skew === 0 || skew === 1)
  }
  return { delivered, epochs: initiator.epoch }
}

function movesOn(air: Air): void {
  const { delivered, epochs } = exchange(linked(new Seeded(air.seed)), air, 2000)
  assert.ok(delivered > 600, `${delivered}`)
  assert.ok(epochs >= 1, `${epochs}`)
}

describe('the ratchet of a link', () => {
  it('needs about 72 cells when they carry it both ways', () => {
    const pair = linked(random)
    let cells = 0
    while (pair.responder.epoch < 10) {
      const isEven = cells++ % 2 === 0
      if (isEven) hand(pair.initiator, pair.responder, roomy)
      else hand(pair.responder, pair.initiator, roomy)
    }
    const each = cells / 10
    assert.ok(each <= 150, `${each} of which half had nothing to carry`)

    // One way at a time: 37 chunks of the key, 34 of its ciphertext, one cell to tell.
    const start = pair.initiator.epoch
    for (let chunk = 0; chunk < 37; chunk++) hand(pair.initiator, pair.responder, roomy)
    for (let chunk = 0; chunk < 34; chunk++) hand(pair.responder, pair.initiator, roomy)
    hand(pair.initiator, pair.responder, roomy)
    assert.ok(pair.responder.epoch > start)
  })

  it('leaves the length of cells without room as it is', () => {
    const { initiator, responder } = linked(random)
    const least = 41 + sealBytes + chunkBytes
    assert.equal(initiator.seal(data, random.bytes(41), least - 1).bytes.length, 41 + sealBytes)
    assert.equal(initiator.seal(data, random.bytes(41), least).bytes.length, least)
    // The responder has nothing to say before it knows the key.
    assert.equal(responder.seal(data, random.bytes(41), least).bytes.length, 41 + sealBytes)
  })

  it('opens all that arrives and moves on, under any loss, repetition and reordering', function () {
    this.timeout(60_000)
    const air = fc.record({
      loss: fc.integer({ min: 0, max: 50 }),
      duplicates: fc.integer({ min: 0, max: 40 }),
      reach: fc.integer({ min: 0, max: 60 }),
      share: fc.integer({ min: 10, max: 90 }),
      seed: fc.nat(),
    })
    fc.assert(fc.property(air, movesOn), { seed: 7, numRuns: 8 })
  })

  it('goes through where nine of ten cells are lost', () => {
    const air = { loss: 90, duplicates: 5, reach: 10, share: 50, seed: 3 }
    assert.ok(exchange(linked(random), air, 6000).epochs >= 2)
  })

  it('takes keys away from who stole them: what they open ends with the next ratchet', () => {
    const root = new Seeded('root').bytes(32)
    const initiator = new Session('initiator', root, standing, random)
    const responder = new Session('responder', root, standing, random)
    // One who has all that the responder had at the start, and hears all that goes across.
    const thief = new Session('responder', root, standing, random)
    const opens = (bytes: Uint8Array): boolean => {
      try {
        return thief.open(data, bytes) !== undefined
      } catch {
        return false
      }
    }
    for (let round = 0; round < 10; round++) {
      const { bytes } = initiator.seal(data, random.bytes(9), roomy)
      responder.open(data, bytes)
      assert.ok(opens(bytes))
    }
    while (initiator.epoch === 0) {
      hand(initiator, responder, roomy)
      hand(responder, initiator, roomy)
    }
    for (let round = 0; round < 10; round++) {
      const { bytes } = initiator.seal(data, random.bytes(9), roomy)
      assert.ok(responder.open(data, bytes) !== undefined)
      assert.ok(!opens(bytes))
    }
  })

  it('makes keys of the secret, not only of what went across', () => {
    const [secret, transcript] = [random.bytes(32), random.bytes(32)]
    const next = (shared: Uint8Array): Epoch =>
      new Epoch(0, secret.slice()).next(shared, transcript)
    const shared = random.bytes(32)
    const sealed = next(shared).seal('initiator', 5, empty, random.bytes(9))
    assert.equal(next(shared).open('initiator', 5, empty, sealed).length, 9)
    const code = 'CRYPTO_OPEN_FAILED'
    assert.throws(() => next(random.bytes(32)).open('initiator', 5, empty, sealed), { code })
    assert.throws(() => new Epoch(0, secret).open('initiator', 5, empty, sealed), { code })
  })

  it('forgets how to read what this side sealed before, and what the other did once erased', () => {
    const epoch = new Epoch(0, random.bytes(32))
    const own = epoch.seal('initiator', 0, empty, random.bytes(9))
    const theirs = epoch.seal('responder', 0, empty, random.bytes(9))
    epoch.endSealing('initiator')
    const code = 'CRYPTO_OPEN_FAILED'
    assert.throws(() => epoch.open('initiator', 0, empty, own), { code })
    assert.equal(epoch.open('responder', 0, empty, theirs).length, 9)
    epoch.erase()
    assert.throws(() => epoch.open('responder', 0, empty, theirs), { code })
  })

  it('still opens what comes late from before, and not what is four ratchets old', () => {
    const pair = linked(random)
    const { initiator, responder } = pair
    const turn = (): void => {
      const { epoch } = responder
      while (responder.epoch === epoch) {
        initiator.ratchet(2000)
        hand(initiator, responder)
        const there = initiator.ratchet(2000)
        if (there !== undefined) responder.open(ratchet, there.bytes)
        const back = responder.ratchet(2000)
        if (back !== undefined) initiator.open(ratchet, back.bytes)
      }
    }
    const late = Array.from({ length: 3 }, () => initiator.seal(data, empty).bytes)
    turn()
    assert.ok(responder.open(data, late[0]!) !== undefined)
    for (let round = 0; round < 3; round++) turn()
    assert.ok(responder.open(data, late[1]!) !== undefined)
    turn()
    assert.throws(() => responder.open(data, late[2]!), { code: 'MESH_MALFORMED' })
  })

  it('gets cells of its own where those with data have no room, and not before', () => {
    const { initiator, responder } = linked(random)
    let extra = 0
    let total = 0
    while (responder.epoch < 3) {
      total++
      for (const [from, to] of [
        [initiator, responder],
        [responder, initiator],
      ] as const) {
        hand(from, to)
        if (!from.isRatchetDue) continue
        const { bytes } = from.ratchet(490)!
        assert.ok(bytes.length <= 490)
        assert.equal(to.open(ratchet, bytes)?.plaintext.length, 0)
        extra++
      }
      assert.ok(total < 10_000)
    }
    assert.ok(total >= 1024, `${total}`)
    assert.ok(extra <= 30, `${extra}`)
  })

  it('has no cell for a room that no chunk fits into, and none while the other is to speak', () => {
    const { initiator, responder } = linked(random)
    assert.equal(initiator.ratchet(sealBytes + chunkBytes - 1), undefined)
    assert.equal(initiator.ratchet(0), undefined)
    assert.equal(responder.ratchet(500), undefined)
  })

  it('is refused where chunks are cut or make no key, by an owner of the keys too', () => {
    const { initiator, responder } = linked(random)
    const code = 'MESH_MALFORMED'
    for (const size of [1, 32, 34, 65]) {
      const { bytes } = initiator.seal(ratchet, random.bytes(size))
      assert.throws(() => responder.open(ratchet, bytes), { code })
    }
    let refused = 0
    for (let index = 0; index < 40; index++) {
      const chunk = new Uint8Array(chunkBytes).fill(0xff).with(0, index)
      try {
        responder.open(ratchet, initiator.seal(ratchet, chunk).bytes)
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, code)
        refused++
      }
    }
    assert.equal(refused, 1)
    assert.equal(responder.epoch, 0)
    hand(responder, initiator, roomy)
  })
})
