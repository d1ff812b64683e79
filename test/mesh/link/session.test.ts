import assert from 'node:assert/strict'

import { concat, empty, equal } from '#base'

import { circuitHeaderBytes } from '../../../mesh/cell.ts'
import { linkContexts, sealBytes } from '../../../mesh/link/index.ts'
import { Session } from '../../../mesh/link/session.ts'
import { Seeded } from '../../seeded.ts'
import { hand, linked, unconfirmed } from './pair.ts'

const standing = { isConfirmed: true, isSettled: true }
const random = new Seeded('session')
const code = 'MESH_MALFORMED'
const { data, fragment, close } = linkContexts

describe('cells of a link', () => {
  it('carry 472 bytes of 500, and cost 18 whatever they carry', () => {
    const { initiator } = linked(random)
    for (const size of [0, 1, 41, 472]) {
      assert.equal(initiator.seal(data, random.bytes(size)).bytes.length, size + 18)
    }
    assert.equal(500 - circuitHeaderBytes - sealBytes, 472)
    assert.ok(472 / 500 >= 0.94)
  })

  it('prove a message of 41 bytes within 97 in all', () => {
    const { initiator, responder } = linked(random)
    const { bytes, receipt } = initiator.seal(data, random.bytes(41))
    const opened = responder.open(data, bytes)
    assert.deepEqual(opened?.receipt, receipt)
    const proofCell = circuitHeaderBytes + receipt.length
    assert.ok(proofCell <= 27)
    assert.ok(circuitHeaderBytes + bytes.length + proofCell <= 97)
  })

  it('have receipts of their own, that nobody without the keys could give', () => {
    const { initiator, responder } = linked(random)
    const receipts = new Set<string>()
    for (let round = 0; round < 100; round++) {
      for (const from of [initiator, responder]) {
        const { bytes, receipt } = from.seal(data, empty)
        receipts.add(receipt.toHex())
        assert.ok(!bytes.toHex().includes(receipt.toHex()))
      }
    }
    assert.equal(receipts.size, 200)
  })

  it('open once, in any order within the window, and never again', () => {
    const { initiator, responder } = linked(random)
    const cells = Array.from({ length: 1000 }, () => initiator.seal(data, random.bytes(9)).bytes)
    const order = cells.toSorted(() => random.below(3) - 1)
    for (const cell of order) assert.ok(responder.open(data, cell) !== undefined)
    for (const cell of order) assert.equal(responder.open(data, cell), undefined)
  })

  it('are too old once 1024 came after them', () => {
    const { initiator, responder } = linked(random)
    const late = initiator.seal(data, empty).bytes
    const inTime = initiator.seal(data, empty).bytes
    for (let round = 0; round < 1023; round++) hand(initiator, responder)
    assert.equal(responder.open(data, late), undefined)
    assert.ok(responder.open(data, inTime) !== undefined)
  })

  it('open after thousands in a row were lost', () => {
    const { initiator, responder } = linked(random)
    for (const lost of [100, 2000, 8000, 8000]) {
      for (let round = 0; round < lost; round++) initiator.seal(fragment, empty)
      hand(initiator, responder)
    }
  })

  it('refuse every change, another context and the way back, and change nothing by that', () => {
    const { initiator, responder } = linked(random)
    const { bytes } = initiator.seal(data, random.bytes(41))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      // A masked counter may also fall on one that was seen.
      let opened
      try {
        opened = responder.open(data, changed)
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, code)
      }
      assert.equal(opened, undefined)
    }
    for (let context = 0; context < 256; context++) {
      if (context !== data) assert.throws(() => responder.open(context, bytes), { code })
    }
    assert.throws(() => initiator.open(data, bytes), { code })
    assert.ok(responder.open(data, bytes) !== undefined)
  })

  it('refuse garbage of every length', () => {
    const { initiator, responder } = linked(random)
    for (let round = 0; round < 5000; round++) {
      const garbage = random.bytes(random.below(600))
      const context = random.below(256)
      try {
        assert.equal(responder.open(context, garbage), undefined)
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, code)
      }
    }
    hand(initiator, responder)
    hand(responder, initiator)
  })

  it('refuse cut, joined and swapped pieces of right ones', () => {
    const { initiator, responder } = linked(random)
    for (let round = 0; round < 2000; round++) {
      const [one, other] = [0, 1].map(() => initiator.seal(data, random.bytes(60)).bytes)
      const at = random.below(78)
      const mixed = random.pick([
        one!.subarray(0, at),
        concat(one!, other!),
        concat(one!.subarray(0, at + 1), other!.subarray(at + 1)),
        concat(one!, random.bytes(1)),
      ])
      if (equal(mixed, one!) || equal(mixed, other!)) continue
      try {
        assert.equal(responder.open(data, mixed), undefined)
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, code)
      }
    }
  })

  it('show nothing of their order: the same text twice shares no bytes', () => {
    const { initiator } = linked(random)
    const text = new Uint8Array(100)
    const counts = new Map<number, number>()
    const heads = new Set<number>()
    for (let round = 0; round < 2000; round++) {
      const { bytes } = initiator.seal(data, text)
      heads.add((bytes[0]! << 8) | bytes[1]!)
      for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1)
    }
    // Uniform: 2000 draws of 65536 hit 1970 different ones, give or take six.
    assert.ok(heads.size > 1930, `${heads.size}`)
    const expected = (2000 * 118) / 256
    let chiSquared = 0
    for (let byte = 0; byte < 256; byte++) {
      chiSquared += ((counts.get(byte) ?? 0) - expected) ** 2 / expected
    }
    // 255 degrees of freedom: beyond 380 once in a million.
    assert.ok(chiSquared < 380, `${chiSquared}`)
  })
})

describe('a session', () => {
  it('lets the responder speak once it heard the initiator', () => {
    const { initiator, responder } = unconfirmed(random)
    assert.throws(() => responder.seal(data, empty), { code: 'MESH_LINK' })
    assert.throws(() => responder.ratchet(500), { code: 'MESH_LINK' })
    assert.ok(!responder.isConfirmed)
    hand(initiator, responder)
    assert.ok(responder.isConfirmed)
    hand(responder, initiator)
  })

  it('ends for both by one cell, which nobody else can make', () => {
    const { initiator, responder } = linked(random)
    assert.throws(() => responder.open(close, random.bytes(18)), { code })
    const { bytes } = initiator.seal(data, empty)
    assert.throws(() => responder.open(close, bytes), { code })
    const last = initiator.close()
    assert.ok(initiator.isClosed && !responder.isClosed)
    assert.deepEqual(responder.open(close, last.bytes)?.receipt, last.receipt)
    assert.ok(responder.isClosed)
    for (const session of [initiator, responder]) {
      assert.throws(() => session.seal(data, empty), { code: 'MESH_LINK' })
      assert.throws(() => session.open(data, bytes), { code: 'MESH_LINK' })
      assert.throws(() => session.ratchet(500), { code: 'MESH_LINK' })
      assert.throws(() => session.close(), { code: 'MESH_LINK' })
      assert.ok(!session.isRatchetDue)
      session.erase()
    }
    assert.equal(initiator.resumption, initiator.resumption)
  })

  it('opens nothing of another session, though it began with the same bytes', () => {
    const [one, other] = [linked(random), linked(random)]
    const { bytes } = one.initiator.seal(data, empty)
    assert.throws(() => other.responder.open(data, bytes), { code })
    const root = random.bytes(32)
    const [sealing, opening] = [root, root.with(31, root[31]! ^ 1)].map(
      (key, at) => new Session(at === 0 ? 'initiator' : 'responder', key, standing, random),
    )
    assert.throws(() => opening!.open(data, sealing!.seal(data, empty).bytes), { code })
  })
})
