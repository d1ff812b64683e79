import assert from 'node:assert/strict'

import { MCLBLS, NobleBLS } from '@ethereumjs/evm'
import { bls12_381 } from '@noble/curves/bls12-381.js'

import { fixed, toBigInt } from '#base'
import { loadBls12381 } from '#crypto'

import { Seeded } from '../seeded.ts'
import { orUndefined } from './wycheproof.ts'

const { G1, G2, fields } = bls12_381
const { ORDER: p } = fields.Fp

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function field(...numbers: readonly bigint[]): Uint8Array<ArrayBuffer> {
  return joined(...numbers.map((number) => fixed(number, 64)))
}

function damaged(point: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(point)
  copy[63] = (copy[63] ?? 0) ^ 1
  return copy
}

describe('BLS12-381 in the EVM: mcl agrees with noble', () => {
  const random = new Seeded('bls12-381')
  const noble = new NobleBLS()
  let mcl: MCLBLS

  before(async () => {
    mcl = new MCLBLS(await loadBls12381())
    mcl.init()
  })

  const scalar = (): bigint => 1n + (toBigInt(random.bytes(32)) % (fields.Fr.ORDER - 1n))
  const g1 = (): Uint8Array<ArrayBuffer> => {
    const { x, y } = G1.Point.BASE.multiply(scalar()).toAffine()
    return field(x, y)
  }
  const g2 = (): Uint8Array<ArrayBuffer> => {
    const { x, y } = G2.Point.BASE.multiply(scalar()).toAffine()
    return field(x.c0, x.c1, y.c0, y.c1)
  }
  /** On the curve, and with overwhelming likelihood outside the subgroup. */
  const outside = (): Uint8Array<ArrayBuffer> => {
    for (let x = toBigInt(random.bytes(40)); ; x++) {
      const y = orUndefined(() => fields.Fp.sqrt(fields.Fp.create(x * x * x + 4n)))
      if (y !== undefined) return field(x, y)
    }
  }
  const none1 = new Uint8Array(128)
  const none2 = new Uint8Array(256)
  type Operation =
    | 'addG1'
    | 'addG2'
    | 'mapFPtoG1'
    | 'mapFP2toG2'
    | 'msmG1'
    | 'msmG2'
    | 'pairingCheck'

  function agree(operation: Operation, ...parts: readonly Uint8Array[]): boolean {
    const input = joined(...parts)
    const expected = orUndefined(() => noble[operation](input))
    const actual = orUndefined(() => mcl[operation](input))
    assert.deepEqual(actual && Buffer.from(actual), expected && Buffer.from(expected), operation)
    return actual !== undefined
  }

  it('adds points of both groups, outside the subgroup too, and refuses others', () => {
    for (let round = 0; round < 5; round++) {
      const [left1, left2] = [g1(), g2()]
      for (const right of [g1(), left1, none1, outside()]) {
        assert.ok(agree('addG1', left1, right))
      }
      for (const right of [g2(), left2, none2]) assert.ok(agree('addG2', left2, right))
      assert.ok(!agree('addG1', left1, damaged(left1)))
      assert.ok(!agree('addG2', left2, damaged(left2)))
    }
    assert.ok(!agree('addG1', field(p, 0n), g1()))
  })

  it('multiplies sums of points by scalars, zero and the order included', () => {
    const factors = [0n, 1n, fields.Fr.ORDER, fields.Fr.ORDER + 1n, 2n ** 256n - 1n]
    for (const factor of factors) {
      const word = fixed(factor, 32)
      assert.ok(agree('msmG1', g1(), word, g1(), random.bytes(32)))
      assert.ok(agree('msmG1', g1(), word))
      assert.ok(agree('msmG2', g2(), word, g2(), random.bytes(32)))
      assert.ok(agree('msmG1', none1, word))
    }
    assert.ok(!agree('msmG1', outside(), random.bytes(32)))
    assert.ok(!agree('msmG1', outside(), fixed(0n, 32)))
    assert.ok(!agree('msmG2', damaged(g2()), random.bytes(32)))
  })

  it('maps field elements to points', () => {
    for (const element of [0n, 1n, p - 1n, toBigInt(random.bytes(47)), p, p + 1n]) {
      assert.equal(agree('mapFPtoG1', field(element)), element < p)
      assert.equal(agree('mapFP2toG2', field(element, 5n)), element < p)
      assert.equal(agree('mapFP2toG2', field(7n, element)), element < p)
    }
  })

  it('checks pairings, and refuses points outside the subgroup', () => {
    const [point1, point2] = [g1(), g2()]
    const y = p - toBigInt(point1.subarray(64))
    const opposite = joined(point1.subarray(0, 64), field(y))
    assert.ok(agree('pairingCheck', point1, point2, opposite, point2))
    assert.ok(agree('pairingCheck', point1, point2))
    assert.ok(agree('pairingCheck', none1, point2, point1, none2))
    assert.ok(!agree('pairingCheck', outside(), point2))
    assert.ok(!agree('pairingCheck', point1, damaged(point2)))
  })
}).timeout(60_000)
