import assert from 'node:assert/strict'

import {
  type Algorithm,
  authenticationGas,
  encodeTransaction,
  floorGas,
  intrinsicGas,
  requiredGas,
} from '#protocol'

import { keyHash, transfer } from './sample.ts'

/** algorithm, key, wire bytes, AUTH, plain transfer, first on a lane, later on a lane. */
const table = [
  [0x44, 'full', 3804, 24_028n, 45_028n, 67_128n, 50_028n],
  [0x44, 'hash', 2522, 18_908n, 39_908n, 62_008n, 44_908n],
  [0x65, 'full', 5333, 32_644n, 53_644n, 75_744n, 58_644n],
  [0x65, 'hash', 3411, 24_964n, 45_964n, 68_064n, 50_964n],
  [0x87, 'full', 7292, 44_976n, 65_976n, 88_076n, 70_976n],
  [0x87, 'hash', 4730, 34_736n, 55_736n, 77_836n, 60_736n],
] as const satisfies [Algorithm, string, number, bigint, bigint, bigint, bigint][]

describe('the gas of authentication', () => {
  for (const [algorithm, form, size, authentication, plain, first, later] of table) {
    it(`is ${authentication} for 0x${algorithm.toString(16)} with the key as ${form}`, () => {
      const tx = transfer({ algorithm, ...(form === 'hash' && { key: keyHash }) })
      assert.equal(authenticationGas(algorithm, tx.key.length), authentication)
      assert.equal(intrinsicGas(tx), plain)
      assert.equal(floorGas(tx), plain)
      assert.equal(intrinsicGas({ ...tx, nonceKey: 9n, nonce: 0n }), first)
      assert.equal(intrinsicGas({ ...tx, nonceKey: 9n, nonce: 1n }), later)
      assert.equal(floorGas({ ...tx, nonceKey: 9n, nonce: 0n }), first)
    })

    it(`goes with ${size} bytes for 0x${algorithm.toString(16)} with the key as ${form}`, () => {
      const small = { validUntil: 0n, maxPriorityFeePerGas: 1n, value: 1n }
      const tx = transfer({ ...small, algorithm, ...(form === 'hash' && { key: keyHash }) })
      assert.equal(encodeTransaction(tx).length, size)
    })
  }
})

describe('the gas of a transaction', () => {
  const plain = intrinsicGas(transfer())

  it('counts 4 per zero byte and 16 per other byte of data, 10 and 40 in the floor', () => {
    const tx = transfer({ data: Uint8Array.of(0, 0, 0, 1, 2) })
    assert.equal(intrinsicGas(tx) - plain, 3n * 4n + 2n * 16n)
    assert.equal(floorGas(tx) - plain, 3n * 10n + 2n * 40n)
    assert.equal(requiredGas(tx), floorGas(tx))
  })

  it('counts the access list in the intrinsic gas and not in the floor', () => {
    const address = new Uint8Array(20)
    const slot = new Uint8Array(32)
    const tx = transfer({
      accessList: [
        [address, [slot, slot]],
        [address, []],
      ],
    })
    assert.equal(intrinsicGas(tx) - plain, 2n * 2_400n + 2n * 1_900n)
    assert.equal(floorGas(tx), plain)
    assert.equal(requiredGas(tx), intrinsicGas(tx))
  })

  it('adds 32,000 and 2 per word of initcode to a creation', () => {
    const tx = transfer({ to: new Uint8Array(0), data: new Uint8Array(33).fill(1) })
    assert.equal(intrinsicGas(tx) - plain, 32_000n + 2n * 2n + 33n * 16n)
    assert.equal(floorGas(tx) - plain, 33n * 40n)
  })

  it('keeps authentication in the floor, so that calldata does not make it free', () => {
    const tx = transfer({ data: new Uint8Array(2_000).fill(1) })
    assert.equal(floorGas(tx), 21_000n + authenticationGas(0x65, 1952) + 80_000n)
  })
})
