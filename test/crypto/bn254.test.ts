import assert from 'node:assert/strict'

import { bn254 as noble } from '@noble/curves/bn254.js'

import { fixed, toBigInt } from '#base'
import { bn254, loadBls12381 } from '#crypto'

import { Seeded } from '../seeded.ts'

const { G1, G2, fields } = noble
const order = fields.Fr.ORDER
const p = fields.Fp.ORDER
type PointG1 = typeof G1.Point.BASE
type PointG2 = typeof G2.Point.BASE

function bytes(...numbers: readonly bigint[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(numbers.flatMap((number) => [...fixed(number, 32)]))
}

function encode1(point: PointG1): Uint8Array<ArrayBuffer> {
  if (point.is0()) return new Uint8Array(64)
  const { x, y } = point.toAffine()
  return bytes(x, y)
}

function encode2(point: PointG2): Uint8Array<ArrayBuffer> {
  if (point.is0()) return new Uint8Array(128)
  const { x, y } = point.toAffine()
  return bytes(x.c1, x.c0, y.c1, y.c0)
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const one = bytes(1n).toHex()
const zero = bytes(0n).toHex()

describe('alt_bn128', () => {
  const random = new Seeded('bn254')
  const scalar = (): bigint => 1n + (toBigInt(random.bytes(40)) % (order - 1n))
  const g1 = (factor = scalar()): PointG1 => G1.Point.BASE.multiply(factor)
  const g2 = (factor = scalar()): PointG2 => G2.Point.BASE.multiply(factor)

  it('adds as noble does, infinity and opposite points included', () => {
    for (let round = 0; round < 30; round++) {
      const left = g1()
      for (const right of [g1(), left, left.negate(), G1.Point.ZERO]) {
        const sum = bn254.add(joined(encode1(left), encode1(right)))
        assert.deepEqual(sum, encode1(left.add(right)))
      }
    }
    assert.deepEqual(bn254.add(new Uint8Array(128)), new Uint8Array(64))
  })

  it('multiplies as noble does, by any 256-bit scalar', () => {
    for (let round = 0; round < 30; round++) {
      const point = g1()
      const factor = round === 0 ? 2n ** 256n - 1n : toBigInt(random.bytes(32))
      const reduced = factor % order
      const expected = reduced === 0n ? G1.Point.ZERO : point.multiply(reduced)
      const product = bn254.multiply(joined(encode1(point), bytes(factor)))
      assert.deepEqual(product, encode1(expected))
    }
    for (const factor of [0n, order]) {
      const product = bn254.multiply(joined(encode1(g1()), bytes(factor)))
      assert.deepEqual(product, new Uint8Array(64))
    }
  })

  it('takes missing bytes as zeros and ignores those beyond', () => {
    const point = encode1(g1())
    assert.deepEqual(bn254.add(point), point)
    assert.deepEqual(bn254.add(joined(point, new Uint8Array(64), random.bytes(9))), point)
    assert.deepEqual(bn254.add(new Uint8Array(0)), new Uint8Array(64))
    assert.deepEqual(bn254.multiply(point), new Uint8Array(64))
    assert.deepEqual(bn254.multiply(joined(point, bytes(1n), random.bytes(40))), point)
    const missing = joined(point, bytes(256n).subarray(0, 31))
    const expected = bn254.multiply(joined(point, bytes(256n)))
    assert.deepEqual(bn254.multiply(missing), expected)
  })

  it('refuses points off the curve and coordinates outside the field', () => {
    const { x, y } = g1().toAffine()
    for (const [badX, badY] of [
      [x, y + 1n],
      [x + 1n, y],
      [0n, 1n],
      [1n, 1n],
      [p, 0n],
      [0n, p],
      [x + p, y],
      [x, y + p],
      [2n ** 256n - 1n, 2n],
    ] as const) {
      const bad = bytes(badX, badY)
      assert.equal(bn254.add(bad), undefined)
      assert.equal(bn254.add(joined(new Uint8Array(64), bad)), undefined)
      assert.equal(bn254.multiply(joined(bad, bytes(2n))), undefined)
      assert.equal(bn254.multiply(joined(bad, bytes(0n))), undefined)
      assert.equal(bn254.pairing(joined(bad, encode2(g2()))), undefined)
      assert.equal(bn254.pairing(joined(bad, new Uint8Array(128))), undefined)
    }
  })

  it('finds the product of pairings to be one, or not, as noble does', () => {
    for (let round = 0; round < 4; round++) {
      const [a, b, c] = [scalar(), scalar(), scalar()]
      const ab = fields.Fr.create(a * b)
      const pairs: [PointG1, PointG2][] = [
        [g1(a), g2(b)],
        [g1(ab).negate(), g2(1n)],
        [g1(c), G2.Point.ZERO],
        [G1.Point.ZERO, g2(c)],
      ]
      const input = joined(...pairs.flatMap(([left, right]) => [encode1(left), encode2(right)]))
      assert.equal(bn254.pairing(input)?.toHex(), one)
      const wrong = joined(encode1(g1(fields.Fr.add(a, 1n))), input.subarray(64))
      assert.equal(bn254.pairing(wrong)?.toHex(), zero)
      const product = noble.pairingBatch(
        pairs.slice(0, 2).map(([left, right]) => ({ g1: left, g2: right })),
      )
      assert.ok(fields.Fp12.eql(product, fields.Fp12.ONE))
    }
    assert.equal(bn254.pairing(new Uint8Array(0))?.toHex(), one)
    assert.equal(bn254.pairing(new Uint8Array(192))?.toHex(), one)
  }).timeout(60_000)

  it('refuses points of the twist outside the subgroup, and off the twist', () => {
    let outside = 0
    while (outside < 5) {
      const x = fields.Fp2.create({
        c0: toBigInt(random.bytes(32)) % p,
        c1: toBigInt(random.bytes(32)) % p,
      })
      const { Fp2 } = fields
      const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.Point.CURVE().b)
      let y
      try {
        y = Fp2.sqrt(square)
      } catch {
        continue
      }
      const point = G2.Point.fromAffine({ x, y })
      assert.ok(!point.isTorsionFree())
      assert.equal(bn254.pairing(joined(encode1(g1()), encode2(point))), undefined)
      assert.equal(bn254.pairing(joined(new Uint8Array(64), encode2(point))), undefined)
      outside++
    }
    const off = encode2(g2())
    off[127] = (off[127] ?? 0) ^ 1
    assert.equal(bn254.pairing(joined(encode1(g1()), off)), undefined)
    const { x, y } = g2().toAffine()
    const unreduced = bytes(x.c1, x.c0 + p, y.c1, y.c0)
    assert.equal(bn254.pairing(joined(encode1(g1()), unreduced)), undefined)
  })

  it('stays on its curve when the engine of another curve is loaded', async () => {
    const [left, right] = [g1(), g1()]
    await loadBls12381()
    const sum = bn254.add(joined(encode1(left), encode1(right)))
    assert.deepEqual(sum, encode1(left.add(right)))
  })

  it('refuses a pairing input that is not a row of pairs', () => {
    for (const size of [1, 191, 193, 383]) {
      assert.equal(bn254.pairing(new Uint8Array(size)), undefined)
    }
  })
})
