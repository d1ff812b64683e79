import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { baseFeeDenominator, baseFeeFloor, nextBaseFee } from '../../../chain/pars/base-fee.ts'
import type { Header } from '../../../chain/port.ts'

type Fees = Pick<Header, 'gasLimit' | 'gasUsed' | 'baseFeePerGas'>

function next(parent: Fees, targetBlockMs: bigint): bigint {
  return nextBaseFee(parent as Header, targetBlockMs)
}

const gasLimit = 20_000_000n

describe('base fee', () => {
  it('moves as on Ethereum where blocks take as long', () => {
    const baseFeePerGas = 100_000_000_000n
    const expected = [
      [10_000_000n, 100_000_000_000n],
      [9_000_000n, 98_750_000_000n],
      [11_000_000n, 101_250_000_000n],
      [20_000_000n, 112_500_000_000n],
      [0n, 87_500_000_000n],
      [10_000_001n, 100_000_001_250n],
    ] as const
    for (const [gasUsed, fee] of expected) {
      assert.equal(next({ gasLimit, gasUsed, baseFeePerGas }, 12_000n), fee)
    }
  })

  it('rises by at least one wei when a block is more than half full', () => {
    const parent = { gasLimit: 75_000_000n, gasUsed: 37_500_001n, baseFeePerGas: baseFeeFloor }
    assert.equal(next(parent, 50n), baseFeeFloor + 1n)
  })

  it('takes at least ten seconds of full blocks to double', () => {
    fc.assert(
      fc.property(
        fc.bigInt(50n, 12_000n),
        fc.bigInt(baseFeeFloor, 2n ** 128n),
        (targetBlockMs, start) => {
          let baseFeePerGas = start
          let elapsed = 0n
          while (baseFeePerGas < 2n * start) {
            baseFeePerGas = next({ gasLimit, gasUsed: gasLimit, baseFeePerGas }, targetBlockMs)
            elapsed += targetBlockMs
          }
          assert(elapsed >= 10_000n, `${elapsed} ms`)
        },
      ),
    )
  })

  it('doubles within half a minute of full blocks where blocks are short', () => {
    for (const targetBlockMs of [50n, 200n, 1000n]) {
      let baseFeePerGas = baseFeeFloor
      for (let elapsed = 0n; elapsed < 30_000n; elapsed += targetBlockMs) {
        baseFeePerGas = next({ gasLimit, gasUsed: gasLimit, baseFeePerGas }, targetBlockMs)
      }
      assert(baseFeePerGas >= 2n * baseFeeFloor)
    }
  })

  it('never falls below its floor', () => {
    fc.assert(
      fc.property(
        fc.bigInt(baseFeeFloor, 2n ** 256n),
        fc.bigInt(0n, gasLimit),
        fc.bigInt(50n, 12_000n),
        (baseFeePerGas, gasUsed, targetBlockMs) => {
          assert(next({ gasLimit, gasUsed, baseFeePerGas }, targetBlockMs) >= baseFeeFloor)
        },
      ),
    )
    let baseFeePerGas = 2n * baseFeeFloor
    for (let block = 0; block < 20; block++) {
      baseFeePerGas = next({ gasLimit, gasUsed: 0n, baseFeePerGas }, 12_000n)
    }
    assert.equal(baseFeePerGas, baseFeeFloor)
  })

  it('rises with the gas that a block used', () => {
    fc.assert(
      fc.property(
        fc.bigInt(baseFeeFloor, 2n ** 64n),
        fc.tuple(fc.bigInt(0n, gasLimit), fc.bigInt(0n, gasLimit)),
        (baseFeePerGas, [a, b]) => {
          const [less, more] = a < b ? [a, b] : [b, a]
          const low = next({ gasLimit, gasUsed: less, baseFeePerGas }, 400n)
          assert(low <= next({ gasLimit, gasUsed: more, baseFeePerGas }, 400n))
        },
      ),
    )
  })

  it('has a denominator that falls as blocks get longer, to the one of Ethereum', () => {
    let last = baseFeeDenominator(1n)
    for (let targetBlockMs = 2n; targetBlockMs <= 12_000n; targetBlockMs++) {
      const denominator = baseFeeDenominator(targetBlockMs)
      assert(denominator <= last)
      last = denominator
    }
    assert.equal(last, 8n)
    assert.equal(baseFeeDenominator(200n), 73n)
  })
})
