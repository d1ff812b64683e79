import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { Gathering, Parcel } from '../../../mesh/establish/parcel.ts'
import { limits } from '../../../mesh/limits.ts'

const isMalformed = (error: unknown): boolean => isFault(error, 'MESH_MALFORMED')
const message = Uint8Array.from({ length: 2323 }, (_, index) => (index * 7) & 0xff)

describe('a message in parts', () => {
  it('is whole once as many parts have come as it takes, whichever and in whatever order', () => {
    const room = fc.integer({ min: limits.parcelSymbol.value + 6, max: 500 })
    fc.assert(
      fc.property(room, fc.infiniteStream(fc.nat(1000)), (size, dice) => {
        const parcel = new Parcel(message, size)
        const parts = [...parcel.next(2 * parcel.count)]
        const gathering = new Gathering(message.length)
        let whole: Uint8Array | undefined
        for (let taken = 1; taken <= parcel.count; taken++) {
          const [part] = parts.splice((dice.next().value ?? 0) % parts.length, 1)
          assert.ok(part)
          whole = gathering.add(part)
          assert.equal(whole === undefined, taken < parcel.count)
        }
        assert.deepEqual(whole, message)
        assert.equal(gathering.add(parts[0] ?? new Uint8Array()), undefined)
      }),
      { numRuns: 40 },
    )
  })

  it('asks for what is short when the last has come, and waits for what it asked for', () => {
    const parcel = new Parcel(message, 473)
    const [first, , third, , last] = parcel.next(5)
    const [sixth, seventh] = parcel.next(2)
    const gathering = new Gathering(message.length)
    const add = (part: Uint8Array | undefined) => gathering.add(part ?? new Uint8Array())
    for (const part of [first, third]) add(part)
    assert.equal(gathering.takeShortage(), undefined)
    add(last)
    assert.equal(gathering.takeShortage(), 2)
    add(sixth)
    assert.equal(gathering.takeShortage(), undefined)
    assert.deepEqual(add(seventh), message)
  })

  it('begins anew where one was slipped in, or where it is of no use', () => {
    const parcel = new Parcel(message, 473)
    const parts = parcel.next(5)
    const gathering = new Gathering(message.length)
    for (const [at, part] of parts.entries()) {
      const changed = at === 2 ? part.with(100, (part[100] ?? 0) ^ 1) : part
      if (at < 4) gathering.add(changed)
      else assert.throws(() => gathering.add(changed), isMalformed)
    }
    let whole: Uint8Array | undefined
    for (const part of parcel.next(5)) whole = gathering.add(part)
    assert.deepEqual(whole, message)
    gathering.reset()
    for (const part of parcel.next(5)) whole = gathering.add(part)
    assert.deepEqual(whole, message)
  })

  it('is refused in parts that are too short or differ in length, and has an end', () => {
    const gathering = new Gathering(message.length)
    const short = new Uint8Array(limits.parcelSymbol.value + 5)
    assert.throws(() => gathering.add(short), isMalformed)
    const [part = short] = new Parcel(message, 473).next(1)
    gathering.add(part)
    assert.throws(() => gathering.add(part.subarray(0, -1)), isMalformed)
    const parcel = new Parcel(message, 473)
    assert.equal(parcel.next(1000).length, limits.parcelParts.value)
    assert.equal(parcel.next(1).length, 0)
  })
})
