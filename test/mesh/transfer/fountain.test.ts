import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { Decoder, Encoder } from '../../../mesh/transfer/fountain.ts'
import { addScaled, inverse, multiply, scale } from '../../../mesh/transfer/gf256.ts'
import { Seeded } from '../../seeded.ts'

const byte = fc.integer({ min: 0, max: 255 })

function shuffled(indexes: readonly number[], random: Seeded): number[] {
  return indexes
    .map((index) => ({ index, order: random.below(2 ** 31) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ index }) => index)
}

function decoded(bytes: Uint8Array, symbolBytes: number, indexes: readonly number[]) {
  const encoder = new Encoder(bytes, symbolBytes)
  const decoder = new Decoder(bytes.length, symbolBytes)
  for (const index of indexes) decoder.add(index, encoder.symbol(index))
  return decoder
}

describe('mesh/transfer/gf256', () => {
  it('is a field', () => {
    fc.assert(
      fc.property(byte, byte, byte, (a, b, c) => {
        assert.equal(multiply(a, b), multiply(b, a))
        assert.equal(multiply(a, multiply(b, c)), multiply(multiply(a, b), c))
        assert.equal(multiply(a, b ^ c), multiply(a, b) ^ multiply(a, c))
        assert.equal(multiply(a, 1), a)
      }),
    )
    for (let a = 1; a < 256; a++) assert.equal(multiply(a, inverse(a)), 1)
  })

  it('knows products of the field of RAID-6', () => {
    assert.equal(multiply(2, 128), 0x1d)
    assert.equal(multiply(0x80, 0x80), 0x13)
    assert.equal(multiply(0, 77), 0)
  })

  it('adds and scales from the given byte on', () => {
    const target = Uint8Array.of(9, 9, 9, 9, 9, 9, 9)
    addScaled(target, Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 2, 1)
    assert.deepEqual([...target], [9, 13, 15, 1, 3, 5, 7])
    scale(target, 2, 5)
    assert.deepEqual([...target], [9, 13, 15, 1, 3, 10, 14])
  })
})

describe('mesh/transfer/fountain', () => {
  it('sends the bytes themselves first, the last symbol filled up with zeros', () => {
    const encoder = new Encoder(Uint8Array.of(1, 2, 3, 4, 5), 3)
    assert.equal(encoder.sources, 2)
    assert.deepEqual(
      [encoder.symbol(0), encoder.symbol(1)],
      [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 0)],
    )
  })

  it('brings the bytes back from any of the first 256 symbols, as many as there are sources', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 39 }),
        fc.integer(),
        (sources, symbolBytes, less, seed) => {
          const random = new Seeded(seed)
          const bytes = random.bytes(sources * symbolBytes - (less % symbolBytes))
          const all = Array.from({ length: 256 }, (_, index) => index)
          const indexes = shuffled(all, random).slice(0, sources)
          const decoder = decoded(bytes, symbolBytes, indexes)
          assert.equal(decoder.missing, 0)
          assert.deepEqual(decoder.result(), bytes)
          assert.deepEqual(decoder.result(), bytes)
        },
      ),
      { numRuns: 200, seed: 8 },
    )
  })

  it('needs hardly more of the symbols after them', () => {
    const random = new Seeded(2)
    let more = 0
    for (let round = 0; round < 40; round++) {
      const sources = 1 + random.below(255)
      const bytes = random.bytes(sources * 8)
      const [encoder, decoder] = [new Encoder(bytes, 8), new Decoder(bytes.length, 8)]
      while (decoder.missing > 0) {
        const index = 256 + random.below(65_280)
        if (!decoder.add(index, encoder.symbol(index))) more++
      }
      assert.deepEqual(decoder.result(), bytes)
    }
    assert.ok(more <= 4, `${more} were in vain`)
  })

  it('tells a symbol that is new from one that is not', () => {
    const encoder = new Encoder(new Seeded(3).bytes(40), 10)
    const decoder = new Decoder(40, 10)
    assert.equal(decoder.add(7, encoder.symbol(7)), true)
    assert.equal(decoder.add(7, encoder.symbol(7)), false)
    assert.equal(decoder.missing, 3)
    for (const index of [0, 9, 200]) assert.equal(decoder.add(index, encoder.symbol(index)), true)
    assert.equal(decoder.add(1, encoder.symbol(1)), false)
    assert.equal(decoder.missing, 0)
  })

  it('takes no symbol that can not be one, and changes nothing', () => {
    const encoder = new Encoder(Uint8Array.of(1, 2, 3, 4), 2)
    const decoder = new Decoder(4, 2)
    for (const index of [-1, 0.5, 65_536, NaN, Infinity]) {
      assert.equal(decoder.add(index, new Uint8Array(2)), false)
    }
    for (const size of [0, 1, 3, 70_000]) {
      assert.equal(decoder.add(0, new Uint8Array(size)), false)
    }
    assert.equal(decoder.missing, 2)
    assert.throws(() => decoder.result(), isMalformed)
    for (const index of [1, 2]) decoder.add(index, encoder.symbol(index))
    assert.deepEqual(decoder.result(), Uint8Array.of(1, 2, 3, 4))
  })

  it('refuses blocks of no symbol and of more than 255', () => {
    for (const [length, symbolBytes] of [
      [0, 10],
      [-1, 10],
      [10, 0],
      [10, -1],
      [256, 1],
      [10, 2.5],
      [NaN, 2],
      [Infinity, 2],
    ] as const) {
      assert.throws(() => new Decoder(length, symbolBytes), isMalformed)
    }
    assert.throws(() => new Encoder(new Uint8Array(0), 10), isMalformed)
    assert.equal(new Decoder(255, 1).missing, 255)
  })
})

function isMalformed(error: unknown): boolean {
  return isFault(error) && error.facts.code === 'MESH_MALFORMED'
}
