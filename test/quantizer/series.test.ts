import assert from 'node:assert/strict'

import { hex } from '#base'
import { sha3_256 } from '#crypto'
import { erf, exp, gelu, sigmoid, tanh } from '#quantizer'

/** erf to twenty digits, from tables: DLMF 7.23, and Abramowitz and Stegun 7.1. */
const errorFunction: readonly (readonly [number, number])[] = [
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
]

function near(found: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(found - expected) <= tolerance, `${found}, not ${expected}`)
}

describe('functions from additions, multiplications and divisions', () => {
  it('agree with those of the platform to thirteen digits', () => {
    for (let x = -40; x <= 40; x += 0.0625) {
      near(exp(x) / Math.exp(x), 1, 1e-13)
      near(tanh(x), Math.tanh(x), 1e-14)
      near(sigmoid(x), 1 / (1 + Math.exp(-x)), 1e-14)
    }
    for (const x of [-700, -300, 300, 700]) near(exp(x) / Math.exp(x), 1, 1e-13)
  })

  it('have the error function that tables have, odd and within one', () => {
    for (const [x, expected] of errorFunction) {
      near(erf(x), expected, 1e-14)
      assert.equal(erf(-x), -erf(x))
      near(gelu(x), (x / 2) * (1 + erf(x / Math.SQRT2)), 1e-14)
    }
    assert.deepEqual([erf(0), erf(7), erf(-7)], [0, 1, -1])
  })

  it('end where doubles end', () => {
    assert.deepEqual([exp(0), exp(-1_000), exp(1_000)], [1, 0, Infinity])
    assert.deepEqual([tanh(100), tanh(-100), sigmoid(1_000), sigmoid(-1_000)], [1, -1, 1, 0])
  })

  it('give the same bits everywhere', () => {
    const values = Float64Array.from({ length: 4_096 }, (_, index) => {
      const x = (index - 2_048) / 256
      return exp(x) + erf(x) + tanh(x) + sigmoid(x) + gelu(x)
    })
    const found = hex(sha3_256(new Uint8Array(values.buffer)))
    assert.equal(found, '0xfe84f2646abd6c9477f0aa578c60974c708f664b90b4f3586305583b416ff780')
  })
})
