import assert from 'node:assert/strict'
import { hash } from 'node:crypto'

import { p256 } from '@noble/curves/nist.js'

import { fixed, toBigInt } from '#base'
import { p256Verify } from '#crypto'

import { Seeded } from '../seeded.ts'
import { orUndefined } from './wycheproof.ts'

const { n, p } = p256.Point.CURVE()
const { Fn, BASE } = p256.Point

type Numbers = readonly [e: bigint, r: bigint, s: bigint, x: bigint, y: bigint]

function ours(numbers: Numbers): boolean {
  const [e, r, s, x, y] = numbers.map((number) => fixed(number, 32))
  const none = new Uint8Array(0)
  return p256Verify(e ?? none, r ?? none, s ?? none, x ?? none, y ?? none)
}

function byNoble([e, r, s, x, y]: Numbers): boolean {
  const key = Uint8Array.from([4, ...fixed(x, 32), ...fixed(y, 32)])
  const signature = Uint8Array.from([...fixed(r, 32), ...fixed(s, 32)])
  const options = { prehash: false, lowS: false }
  return orUndefined(() => p256.verify(signature, fixed(e, 32), key, options)) ?? false
}

/** A signature over digest `e` by the secret `d`, with the nonce `k`. */
function signed(e: bigint, d: bigint, k: bigint): Numbers {
  const r = Fn.create(BASE.multiply(k).toAffine().x)
  const s = Fn.div(Fn.create(e + r * d), k)
  const { x, y } = BASE.multiply(d).toAffine()
  return [e, r, s, x, y]
}

describe('P-256 verification of a digest', () => {
  const random = new Seeded('p256')
  const scalar = (): bigint => Fn.create(toBigInt(random.bytes(48)))

  it('accepts signatures, with low and with high s', () => {
    for (let round = 0; round < 25; round++) {
      const valid = signed(toBigInt(random.bytes(32)), scalar(), scalar())
      const [e, r, s, x, y] = valid
      for (const numbers of [valid, [e, r, n - s, x, y] as const]) {
        assert.ok(byNoble(numbers))
        assert.ok(ours(numbers))
      }
    }
  })

  it('agrees with noble when one of the five is changed', () => {
    for (let round = 0; round < 60; round++) {
      const numbers = [...signed(toBigInt(random.bytes(32)), scalar(), scalar())]
      const which = round % 5
      numbers[which] = (numbers[which] ?? 0n) ^ (1n << BigInt(random.below(256)))
      const changed = numbers as unknown as Numbers
      assert.equal(ours(changed), byNoble(changed))
      assert.equal(ours(changed), false)
    }
  })

  it('refuses numbers out of range and points off the curve', () => {
    const [e, r, s, x, y] = signed(toBigInt(random.bytes(32)), scalar(), scalar())
    for (const numbers of [
      [e, 0n, s, x, y],
      [e, r, 0n, x, y],
      [e, n, s, x, y],
      [e, r, n, x, y],
      [e, n - 1n, s, x, y],
      [e, r, 2n ** 256n - 1n, x, y],
      [e, r, s, 0n, 0n],
      [e, r, s, p, y],
      [e, r, s, x, p],
      [e, r, s, y, x],
      [e, r, s, x, p - y],
    ] as const) {
      assert.equal(ours(numbers), false)
      assert.equal(byNoble(numbers), false)
    }
  })

  it('takes r as the residue of x, and e beyond the order', () => {
    for (const e of [0n, n - 1n, n, n + 1n, 2n ** 256n - 1n]) {
      const valid = signed(e, scalar(), scalar())
      assert.ok(byNoble(valid))
      assert.ok(ours(valid))
    }
  })

  it('is right where shifting the key doubles it, cancels it or does nothing', () => {
    for (const message of [new Uint8Array(0), Uint8Array.of(0)]) {
      const fixedDigest = toBigInt(hash('sha256', message, 'buffer'))
      const [e, k] = [toBigInt(random.bytes(32)), scalar()]
      const r = Fn.create(BASE.multiply(k).toAffine().x)
      const shift = Fn.div(Fn.create(e - fixedDigest), r)
      for (const numbers of [
        signed(e, Fn.neg(shift), k),
        signed(e, shift, k),
        signed(fixedDigest, scalar(), k),
      ]) {
        assert.ok(byNoble(numbers))
        assert.ok(ours(numbers))
        const [digest, , s, x, y] = numbers
        const forged = [digest, r, Fn.create(s + 1n), x, y] as const
        assert.equal(ours(forged), byNoble(forged))
      }
    }
  })

  it('answers false to anything that is not 32 bytes', () => {
    const valid = signed(toBigInt(random.bytes(32)), scalar(), scalar())
    const bytes = valid.map((number) => fixed(number, 32))
    for (const index of bytes.keys()) {
      for (const size of [0, 31, 33]) {
        const changed = [...bytes]
        changed[index] = new Uint8Array(size).fill(1)
        const [e, r, s, x, y] = changed as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ]
        assert.equal(p256Verify(e, r, s, x, y), false)
      }
    }
  })
})
