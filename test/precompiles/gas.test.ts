import assert from 'node:assert/strict'

import { logGas, payGas, readGas, writeGas } from '#precompiles'

describe("the view's gas", () => {
  // EIP-2200's cases, at EIP-2929's prices: [original, current, value, gas of a warm slot].
  const writes = [
    [0n, 0n, 0n, 100n],
    [0n, 0n, 1n, 20_000n],
    [0n, 1n, 0n, 100n],
    [0n, 1n, 2n, 100n],
    [0n, 1n, 1n, 100n],
    [1n, 0n, 0n, 100n],
    [1n, 0n, 1n, 100n],
    [1n, 0n, 2n, 100n],
    [1n, 2n, 0n, 100n],
    [1n, 2n, 3n, 100n],
    [1n, 2n, 1n, 100n],
    [1n, 2n, 2n, 100n],
    [1n, 1n, 0n, 2900n],
    [1n, 1n, 2n, 2900n],
    [1n, 1n, 1n, 100n],
  ] as const

  for (const [original, current, value, gas] of writes) {
    it(`of ${original}, ${current} -> ${value} is ${gas} warm and 2100 more cold`, () => {
      assert.equal(writeGas({ warm: true, original, current, value }), gas)
      assert.equal(writeGas({ warm: false, original, current, value }), gas + 2100n)
    })
  }

  it('of reads, logs and payments is that of the opcodes', () => {
    assert.deepEqual([readGas(true), readGas(false)], [100n, 2100n])
    assert.deepEqual([logGas(0, 0), logGas(4, 33)], [375n, 375n * 5n + 264n])
    assert.deepEqual([payGas(false), payGas(true)], [9000n, 34_000n])
  })
})
