import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { concat } from '#base'
import { type Framing, hdlc, kiss } from '#mesh'

import { framedBytes, joinFrames, splitFrames } from '../../../mesh/framing/radio-frames.ts'

const seed = 8

function cells(most = 600): fc.Arbitrary<Uint8Array> {
  // Flags and escapes of both framings far more often than chance has them.
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x7e, 0x7d, 0x5e, 0xc0, 0xdb, 0xdc, 0xdd))
  return fc.array(byte, { minLength: 1, maxLength: most }).map((bytes) => Uint8Array.from(bytes))
}

/** What a reader makes of `bytes` that come in pieces of these sizes, in turn. */
function read(framing: Framing, bytes: Uint8Array, sizes: readonly number[], most = 600): string[] {
  const heard: string[] = []
  const reader = framing.reader(most, (cell) => void heard.push(cell.toHex()))
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    reader.push(bytes.subarray(at, at + size))
    at += size
  }
  return heard
}

const framings: readonly (readonly [string, () => Framing])[] = [
  ['HDLC', () => hdlc],
  ['KISS', () => kiss()],
  ['KISS in short frames', () => kiss(255)],
]

for (const [name, make] of framings) {
  const most = name === 'KISS in short frames' ? framedBytes(255) : 600

  describe(`${name} framing`, () => {
    it('gives back every cell, however the bytes come', () => {
      const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 })
      const property = fc.property(
        fc.array(cells(most), { minLength: 1, maxLength: 6 }),
        pieces,
        (sent, sizes) => {
          const framing = make()
          const bytes = concat(...sent.map((cell) => framing.encode(cell)))
          assert.deepEqual(
            read(framing, bytes, sizes, most),
            sent.map((cell) => cell.toHex()),
          )
        },
      )
      fc.assert(property, { seed, numRuns: 300 })
    })

    it('finds a cell behind any garbage that a flag ends', () => {
      const property = fc.property(
        fc.uint8Array({ maxLength: 900 }),
        cells(most),
        (noise, cell) => {
          const framing = make()
          const flag = framing.encode(cell).slice(0, 1)
          const heard = read(framing, concat(noise, flag, framing.encode(cell)), [77], most)
          assert.equal(heard.at(-1), cell.toHex())
        },
      )
      fc.assert(property, { seed, numRuns: 300 })
    })

    it('skips a cell that is too large and takes the next', () => {
      const framing = make()
      const small = Uint8Array.of(1, 2, 3)
      const bytes = concat(
        ...[600, 499, 501, 100_000].map((size) => hdlcOrKiss(name, new Uint8Array(size).fill(7))),
        framing.encode(small),
      )
      assert.equal(read(framing, bytes, [1000], 219).at(-1), small.toHex())
      assert.equal(read(framing, bytes, [1000], 219).length, 1)
    })

    it('gives nothing larger than asked for, whatever comes', () => {
      const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x7e, 0x7d, 0xc0, 0xdb, 0, 1, 0x10, 0x11))
      const property = fc.property(fc.array(byte, { maxLength: 3000 }), (noise) => {
        const heard = read(make(), Uint8Array.from(noise), [64], 40)
        for (const cell of heard) assert.ok(cell.length > 0 && cell.length <= 80)
      })
      fc.assert(property, { seed, numRuns: 2000 })
    })
  })
}

/** A frame of any size, as a stranger may send it. */
function hdlcOrKiss(name: string, content: Uint8Array): Uint8Array {
  return name === 'HDLC' ? hdlc.encode(content) : kiss().encode(content)
}

describe('HDLC framing', () => {
  it('has the check sequence of RFC 1662', () => {
    // CRC-16/X-25 of these nine digits is 0x906e, least significant byte first.
    const frame = hdlc.encode(new TextEncoder().encode('123456789'))
    assert.equal(frame.toHex(), '7e3132333435363738396e907e')
  })

  it('writes flags and escapes as two bytes', () => {
    assert.ok(hdlc.encode(Uint8Array.of(0x7e, 0x7d)).toHex().startsWith('7e7d5e7d5d'))
  })

  it('drops a cell of which a byte was changed', () => {
    const property = fc.property(
      cells(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (cell, at, by) => {
        const frame = hdlc.encode(cell)
        const changed = 1 + (at % (frame.length - 2))
        frame[changed] = (frame[changed] ?? 0) ^ by
        assert.ok(!read(hdlc, frame, [frame.length]).includes(cell.toHex()))
      },
    )
    fc.assert(property, { seed, numRuns: 1000 })
  })
})

describe('KISS framing', () => {
  it('is that of the specification', () => {
    const frame = kiss().encode(Uint8Array.of(0xc0, 0x01, 0xdb))
    assert.equal(frame.toHex(), 'c000dbdc01dbddc0')
  })

  it('hears data of port 0 alone', () => {
    const other = Uint8Array.of(0xc0, 0x10, 1, 2, 3, 0xc0, 0x06, 9, 0xc0)
    assert.deepEqual(read(kiss(), concat(other, kiss().encode(Uint8Array.of(5))), [3]), ['05'])
  })
})

describe('radio frames', () => {
  it('carry up to 508 bytes in two frames of 255, and 254 in one', () => {
    assert.equal(framedBytes(255), 508)
    assert.deepEqual(
      [1, 254, 255, 508].map((size) => splitFrames(new Uint8Array(size), 255, 3).length),
      [1, 1, 2, 2],
    )
    for (const frame of splitFrames(new Uint8Array(508), 255, 15)) {
      assert.equal(frame.length, 255)
      assert.equal(frame[0], 0xf1)
    }
  })

  it('never join halves of different cells, whichever are lost', () => {
    const size = fc.integer({ min: 1, max: 508 })
    const losses = fc.array(fc.boolean(), { minLength: 8, maxLength: 40 })
    const property = fc.property(
      fc.array(size, { minLength: 4, maxLength: 16 }),
      losses,
      (sizes, lost) => {
        const sent = sizes.map((bytes, index) => new Uint8Array(bytes).fill(index + 1))
        const heard: Uint8Array[] = []
        const join = joinFrames(508, (cell) => void heard.push(cell))
        const frames = sent.flatMap((cell, index) => splitFrames(cell, 255, index % 16))
        for (const [index, frame] of frames.entries()) if (lost[index] !== true) join(frame)
        for (const cell of heard) {
          const of = sent[(cell[0] ?? 0) - 1]
          assert.deepEqual(cell, of)
        }
      },
    )
    fc.assert(property, { seed, numRuns: 500 })
  })
})
