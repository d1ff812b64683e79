import assert from 'node:assert/strict'

import * as blocks from '@noble/hashes/sha2.js'
import * as sponge from '@noble/hashes/sha3.js'

import {
  constantTimeEqual,
  hmacSha256,
  keccak256,
  sha256,
  sha3_256,
  sha3_512,
  sha512,
  shake128,
  shake256,
} from '#crypto'

import { Seeded } from '../seeded.ts'

const random = new Seeded('hash')

describe('Hashes', () => {
  it('keccak256 equals noble for every size from 0 to 1100 and large ones', () => {
    const sizes = Array.from({ length: 1101 }, (_, size) => size)
    for (const size of [...sizes, 4096, 16_383, 16_384, 16_385, 65_537, 1_000_003]) {
      const bytes = random.bytes(size)
      assert.deepEqual(keccak256(bytes), sponge.keccak_256(bytes), `${size} bytes`)
    }
  }).timeout(30_000)

  it('keccak256 takes a view into a larger buffer, and leaves earlier results alone', () => {
    const bytes = random.bytes(3000)
    const first = keccak256(bytes.subarray(7, 99))
    const copy = first.toHex()
    assert.deepEqual(first, sponge.keccak_256(bytes.slice(7, 99)))
    assert.deepEqual(keccak256(bytes.subarray(11, 2900)), sponge.keccak_256(bytes.slice(11, 2900)))
    keccak256(bytes.subarray(0, 1))
    assert.equal(first.toHex(), copy)
    assert.equal(Object.getPrototypeOf(first), Uint8Array.prototype)
    assert.equal(Object.getPrototypeOf(keccak256(bytes)), Uint8Array.prototype)
  })

  for (const [name, ours, theirs] of [
    ['sha256', sha256, blocks.sha256],
    ['sha512', sha512, blocks.sha512],
    ['sha3_256', sha3_256, sponge.sha3_256],
    ['sha3_512', sha3_512, sponge.sha3_512],
  ] as const) {
    it(`${name} equals noble`, () => {
      for (let size = 0; size < 300; size++) {
        const bytes = random.bytes(size)
        assert.deepEqual(ours(bytes), theirs(bytes))
      }
    })
  }

  for (const [name, ours, theirs] of [
    ['shake128', shake128, sponge.shake128],
    ['shake256', shake256, sponge.shake256],
  ] as const) {
    it(`${name} equals noble for outputs of 0 to 400 bytes`, () => {
      for (let dkLen = 0; dkLen < 400; dkLen++) {
        const bytes = random.bytes(random.below(300))
        const expected = dkLen === 0 ? new Uint8Array(0) : theirs(bytes, { dkLen })
        assert.deepEqual(ours(bytes, dkLen), expected)
      }
    })

    it(`${name} refuses a length that is no length or beyond the limit`, () => {
      for (const size of [-1, 1.5, NaN, 1_048_577]) {
        assert.throws(() => ours(new Uint8Array(1), size), { code: 'CRYPTO_PARAMETER' })
      }
    })
  }

  it('hmacSha256 gives test case 2 of RFC 4231', () => {
    const mac = hmacSha256(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'))
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    assert.equal(mac.toHex(), expected)
  })

  it('constantTimeEqual is equality, of lengths too', () => {
    const bytes = random.bytes(32)
    assert.ok(constantTimeEqual(bytes, new Uint8Array(bytes)))
    assert.ok(constantTimeEqual(new Uint8Array(0), new Uint8Array(0)))
    assert.ok(!constantTimeEqual(bytes, bytes.subarray(1)))
    for (let bit = 0; bit < 256; bit++) {
      const other = new Uint8Array(bytes)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.ok(!constantTimeEqual(bytes, other))
    }
  })
})
