import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'

import { argon2id as nobleArgon2id } from '@noble/hashes/argon2.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'

import { argon2id, hkdfSha256 } from '#crypto'

import { Seeded } from '../seeded.ts'

const random = new Seeded('derivation')
const parameters = {
  password: random.bytes(20),
  salt: random.bytes(16),
  memoryKiB: 64,
  iterations: 3,
  parallelism: 4,
  length: 32,
}

describe('Key derivation', () => {
  for (const [secret, salt, info, length, expected] of [
    [
      '0b'.repeat(22),
      '000102030405060708090a0b0c',
      'f0f1f2f3f4f5f6f7f8f9',
      42,
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    ],
    [
      '0b'.repeat(22),
      '',
      '',
      42,
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    ],
  ] as const) {
    it(`HKDF gives RFC 5869's ${length} bytes with ${info.length / 2} bytes of info`, () => {
      const bytes = [secret, salt, info].map((text) => Uint8Array.fromHex(text))
      const [ikm, saltBytes, infoBytes] = bytes as [Uint8Array, Uint8Array, Uint8Array]
      assert.equal(hkdfSha256(ikm, saltBytes, infoBytes, length).toHex(), expected)
    })
  }

  it('HKDF equals noble for many lengths', () => {
    for (const length of [1, 31, 32, 33, 255, 8160]) {
      const [secret, salt, info] = [random.bytes(32), random.bytes(16), random.bytes(99)]
      const expected = hkdf(sha256, secret, salt, info, length)
      assert.deepEqual(hkdfSha256(secret, salt, info, length), expected)
    }
  })

  it('HKDF refuses an output or info beyond what the engine takes', () => {
    const bytes = random.bytes(32)
    for (const length of [0, -1, 8161, 1.5]) {
      assert.throws(() => hkdfSha256(bytes, bytes, bytes, length), { code: 'CRYPTO_PARAMETER' })
    }
    const long = random.bytes(1025)
    assert.throws(() => hkdfSha256(bytes, bytes, long, 32), { code: 'CRYPTO_PARAMETER' })
  })

  it('the engine gives RFC 9106’s Argon2id tag', () => {
    const tag = argon2Sync('argon2id', {
      message: Buffer.alloc(32, 1),
      nonce: Buffer.alloc(16, 2),
      secret: Buffer.alloc(8, 3),
      associatedData: Buffer.alloc(12, 4),
      memory: 32,
      passes: 3,
      parallelism: 4,
      tagLength: 32,
    })
    const expected = '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'
    assert.equal(tag.toString('hex'), expected)
  })

  it('argon2id equals noble', async () => {
    const { password, salt } = parameters
    for (const [memoryKiB, iterations, parallelism, length] of [
      [8, 1, 1, 4],
      [64, 3, 4, 32],
      [1024, 2, 1, 64],
    ] as const) {
      const options = { m: memoryKiB, t: iterations, p: parallelism, dkLen: length }
      const key = await argon2id({ password, salt, memoryKiB, iterations, parallelism, length })
      assert.deepEqual(key, nobleArgon2id(password, salt, options))
    }
  })

  const refused = [
    { memoryKiB: 31 },
    { memoryKiB: 1_048_577 },
    { memoryKiB: 64.5 },
    { iterations: 0 },
    { iterations: 65 },
    { parallelism: 0 },
    { parallelism: 17, memoryKiB: 1024 },
    { length: 3 },
    { length: 1025 },
    { salt: random.bytes(7) },
  ]
  for (const [index, wrong] of refused.entries()) {
    it(`argon2id refuses ${Object.keys(wrong).join(', ')} out of range, case ${index}`, async () => {
      await assert.rejects(argon2id({ ...parameters, ...wrong }), { code: 'CRYPTO_PARAMETER' })
    })
  }
})
