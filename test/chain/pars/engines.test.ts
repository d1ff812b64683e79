import assert from 'node:assert/strict'

import { NobleBLS } from '@ethereumjs/evm'
import { bls12_381 } from '@noble/curves/bls12-381.js'

import { concat, fixed, hex } from '#base'

import { builtinGas } from '../../../chain/pars/builtin-gas.ts'
import { loadEngines } from '../../../chain/pars/engines.ts'
import { limits as readLimits } from '../../../chain/reads/limits.ts'

const { G1, G2, fields } = bls12_381
const { Fp, Fp2 } = fields
type PointG1 = typeof G1.Point.BASE
type PointG2 = typeof G2.Point.BASE

function encode1(point: PointG1): Uint8Array {
  const { x, y } = point.toAffine()
  return concat(fixed(x, 64), fixed(y, 64))
}

function encode2(point: PointG2): Uint8Array {
  const { x, y } = point.toAffine()
  return concat(...[x.c0, x.c1, y.c0, y.c1].map((number) => fixed(number, 64)))
}

function root<Element>(field: { sqrt(square: Element): Element }, square: Element) {
  try {
    return field.sqrt(square)
  } catch {
    return undefined
  }
}

/** The first points of the curves that are in no group of prime order. */
function strangers1(count: number): PointG1[] {
  const found: PointG1[] = []
  for (let x = 1n; found.length < count; x++) {
    const y = root(Fp, Fp.add(Fp.pow(x, 3n), 4n))
    const point = y === undefined ? undefined : G1.Point.fromAffine({ x, y })
    if (point?.isTorsionFree() === false) found.push(point)
  }
  return found
}

function strangers2(count: number): PointG2[] {
  const found: PointG2[] = []
  for (let number = 1n; found.length < count; number++) {
    const x = Fp2.fromBigTuple([number, 1n])
    const y = root(Fp2, Fp2.add(Fp2.pow(x, 3n), Fp2.fromBigTuple([4n, 4n])))
    const point = y === undefined ? undefined : G2.Point.fromAffine({ x, y })
    if (point?.isTorsionFree() === false) found.push(point)
  }
  return found
}

function damaged(point: Uint8Array): Uint8Array {
  const copy = point.slice()
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
  return copy
}

function outcome(run: () => Uint8Array): string {
  try {
    return hex(run())
  } catch {
    return 'refused'
  }
}

describe('the BLS12-381 engine of a network', function () {
  this.timeout(60_000)

  it('takes and refuses the same points as noble: off the curve, off the group, infinity', async () => {
    const { bls } = await loadEngines()
    assert.ok(bls)
    bls.init?.()
    const noble = new NobleBLS()
    const [one, two] = [encode1(G1.Point.BASE), encode2(G2.Point.BASE)]
    const [zeroOne, zeroTwo, factor] = [new Uint8Array(128), new Uint8Array(256), fixed(5, 32)]
    const lefts = [one, zeroOne, damaged(one), ...strangers1(5).map(encode1)]
    const rights = [two, zeroTwo, damaged(two), ...strangers2(5).map(encode2)]
    const seen = new Set<string>()
    const check = (
      name: 'addG1' | 'addG2' | 'msmG1' | 'msmG2' | 'pairingCheck',
      input: Uint8Array,
    ) => {
      const expected = outcome(() => noble[name](input))
      assert.equal(
        outcome(() => bls[name](input)),
        expected,
        `${name} ${hex(input)}`,
      )
      seen.add(`${name} ${expected === 'refused'}`)
    }
    for (const left of lefts) {
      check('addG1', concat(left, one))
      check('msmG1', concat(left, factor))
      check('msmG1', concat(one, factor, left, factor))
      for (const right of rights) check('pairingCheck', concat(left, right))
    }
    for (const right of rights) {
      check('addG2', concat(right, two))
      check('msmG2', concat(right, factor))
      check('msmG2', concat(two, factor, right, factor))
    }
    assert.equal(seen.size, 10)
  })

  it('computes the largest sums that the gas of a call buys', async () => {
    const { bls } = await loadEngines()
    assert.ok(bls)
    bls.init?.()
    const [left, right] = [G1.Point.BASE, G2.Point.BASE]
    const first = largestSum('0c', 160, (times) => encode1(left.multiply(times)))
    assert.deepEqual(bls.msmG1(first.input), encode1(left.multiply(first.sum)))
    const second = largestSum('0e', 288, (times) => encode2(right.multiply(times)))
    assert.deepEqual(bls.msmG2(second.input), encode2(right.multiply(second.sum)))
  })
})

/** As many pairs as a call of the precompile can pay, and what times the generator their sum is. */
function largestSum(
  address: string,
  pairBytes: number,
  multiple: (times: bigint) => Uint8Array,
): { readonly input: Uint8Array; readonly sum: bigint } {
  const price = builtinGas.get(address.padStart(40, '0'))
  const points = Array.from({ length: 16 }, (_, index) => multiple(BigInt(index + 1)))
  const pairs: Uint8Array[] = []
  let sum = 0n
  for (let index = 0; ; index++) {
    const size = (index + 1) * pairBytes
    assert.ok(price)
    if (price(new Uint8Array(size)) > BigInt(readLimits.callGas.value)) break
    const factor = (fields.Fr.ORDER - 1n) / BigInt(index + 2)
    pairs.push(points[index % 16] ?? new Uint8Array(0), fixed(factor, 32))
    sum += factor * BigInt((index % 16) + 1)
  }
  return { input: concat(...pairs), sum: sum % fields.Fr.ORDER }
}
