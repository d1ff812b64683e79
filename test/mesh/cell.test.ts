import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { type Cell, decodeCell, encodeCell } from '../../mesh/cell.ts'

const octet = fc.nat(255)
const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const body = fc.uint8Array({ maxLength: 600 })
const label = bytes(16)
const hop = bytes(8)
const cells: fc.Arbitrary<Cell> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('announce' as const, 'path-request' as const),
    hops: octet,
    label,
    context: octet,
    body,
  }),
  fc.record({
    kind: fc.constant('request' as const),
    distance: octet,
    label,
    context: octet,
    hop,
    body,
  }),
  fc.record({
    kind: fc.constant('circuit' as const),
    isReturn: fc.boolean(),
    hop,
    context: octet,
    body,
  }),
)

describe('a cell', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(cells, (cell) => {
        assert.deepEqual(decodeCell(encodeCell(cell)), { ...cell })
      }),
    )
  })

  it('costs 10 bytes along a circuit, 19 to all and 27 to who is asked', () => {
    const none = new Uint8Array(0)
    const [to, by] = [new Uint8Array(16), new Uint8Array(8)]
    assert.equal(size({ kind: 'circuit', isReturn: false, hop: by, context: 0, body: none }), 10)
    assert.equal(size({ kind: 'announce', hops: 0, label: to, context: 0, body: none }), 19)
    const request = { kind: 'request', distance: 1, label: to, context: 0, hop: by } as const
    assert.equal(size({ ...request, body: none }), 27)
  })

  it('is refused where its header is cut, it is of no kind or too large', () => {
    fc.assert(
      fc.property(cells, fc.nat(26), (cell, cut) => {
        const least = { announce: 19, 'path-request': 19, request: 27, circuit: 10 }[cell.kind]
        const part = encodeCell(cell).subarray(0, Math.min(cut, least - 1))
        assert.throws(() => decodeCell(part), isMalformed)
      }),
    )
    for (const kind of [0, 6, 255]) {
      assert.throws(() => decodeCell(new Uint8Array(40).fill(kind)), isMalformed)
    }
    assert.throws(() => decodeCell(new Uint8Array(65_536).fill(1)), isMalformed)
  })
})

const size = (cell: Cell): number => encodeCell(cell).length
const isMalformed = (error: unknown): boolean => isFault(error, 'MESH_MALFORMED')
