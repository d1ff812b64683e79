import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { decodeFrame, encodeFrame, type Frame } from '../../../mesh/transfer/frame.ts'
import { Seeded } from '../../seeded.ts'

function record<Fields extends object>(fields: {
  [Name in keyof Fields]: fc.Arbitrary<Fields[Name]>
}) {
  return fc.record(fields, { noNullPrototype: true })
}

const u16 = fc.integer({ min: 0, max: 0xffff })
const block = fc.integer({ min: 0, max: 4095 })
const index = fc.integer({ min: 0, max: 1023 })
const count = fc.integer({ min: 0, max: 0xffff_ffff })
const answer = {
  transfer: u16,
  echo: record({ block, index }),
  held: count,
  heard: count,
}
const frames: fc.Arbitrary<Frame> = fc.oneof(
  record({
    kind: fc.constant('symbol' as const),
    transfer: u16,
    left: fc.integer({ min: 0, max: 7 }),
    block,
    sources: fc.integer({ min: 1, max: 64 }),
    index,
    symbol: fc.uint8Array({ maxLength: 40 }),
  }),
  record({
    kind: fc.constant('report' as const),
    ...answer,
    base: u16,
    states: fc.array(record({ block: u16, missing: fc.integer({ min: 0, max: 255 }) }), {
      maxLength: 5,
    }),
  }),
  record({
    kind: fc.constant('receipt' as const),
    ...answer,
    hash: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  }),
)

describe('mesh/transfer/frame', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(frames, (frame) => assert.deepEqual(decodeFrame(encodeFrame(frame)), frame)),
      { seed: 8 },
    )
  })

  it('puts 6 bytes before a symbol', () => {
    const symbol = Uint8Array.of(0xaa)
    const bytes = encodeFrame({
      kind: 'symbol',
      transfer: 0x1234,
      left: 5,
      block: 0xabc,
      sources: 64,
      index: 0x3ff,
      symbol,
    })
    assert.equal(Buffer.from(bytes).toString('hex'), '12345abcffffaa')
  })

  it('says a receipt in 30 bytes and a report in 16 and 3 for each block', () => {
    const place = { transfer: 1, echo: { block: 0, index: 0 }, held: 0, heard: 1 }
    const receipt = encodeFrame({ kind: 'receipt', ...place, hash: new Uint8Array(16) })
    assert.equal(receipt.length, 30)
    const states = [{ block: 3, missing: 2 }]
    assert.equal(encodeFrame({ kind: 'report', ...place, base: 3, states }).length, 19)
  })

  it('reads mutated bytes as what they say, or not at all', () => {
    const random = new Seeded(8)
    const samples = fc.sample(frames, { numRuns: 50, seed: 8 }).map(encodeFrame)
    let refused = 0
    for (let round = 0; round < 20_000; round++) {
      const bytes = new Uint8Array(random.pick(samples))
      for (let flips = random.below(4); flips >= 0 && bytes.length > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256)
      }
      const cut = bytes.subarray(0, random.oneIn(4) ? random.below(bytes.length + 1) : undefined)
      try {
        assert.deepEqual(encodeFrame(decodeFrame(cut)), new Uint8Array(cut))
      } catch (error) {
        if (!isFault(error)) throw error
        assert.equal(error.facts.code, 'MESH_MALFORMED')
        refused++
      }
    }
    assert.ok(refused > 1000 && refused < 19_000, `${refused} were refused`)
  })
})
