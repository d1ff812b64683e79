import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import { x25519 } from '@noble/curves/ed25519.js'

import { hex, unhex } from '#base'
import { X25519Key } from '#crypto'

import { Seeded } from '../seeded.ts'

const random = new Seeded('x25519')

describe('X25519', () => {
  /** Scalar, coordinate, result. @see RFC 7748 §5.2 */
  const vectors = [
    [
      '0xa546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      '0xe6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      '0xc3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '0x4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      '0xe5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '0x95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
  ] as const

  for (const [scalar, coordinate, result] of vectors) {
    it(`multiplies as RFC 7748 has it: ${result.slice(0, 10)}`, () => {
      assert.equal(hex(new X25519Key(unhex(scalar)).agree(unhex(coordinate))), result)
    })
  }

  it('gives the result of RFC 7748 after a thousand rounds', () => {
    let scalar = unhex(`0x09${'00'.repeat(31)}`)
    let coordinate: Uint8Array = scalar
    for (let round = 0; round < 1000; round++) {
      const next = new X25519Key(scalar).agree(coordinate)
      coordinate = scalar
      scalar = next
    }
    assert.equal(hex(scalar), '0x684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51')
  })

  it('agrees as Alice and Bob do in RFC 7748 §6.1', () => {
    const alice = new X25519Key(
      unhex('0x77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    )
    const bob = new X25519Key(
      unhex('0x5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    )
    const alicePublic = '0x8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'
    const bobPublic = '0xde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'
    const secret = '0x4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'
    assert.equal(hex(alice.publicKey), alicePublic)
    assert.equal(hex(bob.publicKey), bobPublic)
    assert.equal(hex(alice.agree(bob.publicKey)), secret)
    assert.equal(hex(bob.agree(alice.publicKey)), secret)
  })

  it('agrees with noble, for any secrets', () => {
    for (let round = 0; round < 50; round++) {
      const [ours, theirs] = [random.bytes(32), random.bytes(32)]
      const key = new X25519Key(ours)
      assert.deepEqual(key.publicKey, x25519.getPublicKey(ours))
      const expected = x25519.getSharedSecret(ours, x25519.getPublicKey(theirs))
      assert.deepEqual(key.agree(x25519.getPublicKey(theirs)), expected)
    }
  })

  it('refuses points of small order, whose result is zero', () => {
    const key = X25519Key.generate(random)
    /** Zero, one, both of order eight, p - 1, p, p + 1. */
    const points = [
      `0x${'00'.repeat(32)}`,
      `0x01${'00'.repeat(31)}`,
      '0xe0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '0x5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      `0xec${'ff'.repeat(30)}7f`,
      `0xed${'ff'.repeat(30)}7f`,
      `0xee${'ff'.repeat(30)}7f`,
    ] as const
    for (const point of points) {
      assert.throws(() => key.agree(unhex(point)), { code: 'CRYPTO_KEY_INVALID' }, point)
    }
  })

  it('refuses every wrong length', () => {
    const key = X25519Key.generate(random)
    for (const size of [0, 31, 33]) {
      assert.throws(() => new X25519Key(random.bytes(size)), { code: 'CRYPTO_LENGTH' })
      assert.throws(() => key.agree(random.bytes(size)), { code: 'CRYPTO_LENGTH' })
    }
  })

  it('draws from the port and shows its secret nowhere', () => {
    const drawn = new Seeded('same').bytes(32)
    const key = X25519Key.generate(new Seeded('same'))
    assert.deepEqual(key.publicKey, new X25519Key(drawn).publicKey)
    assert.equal(inspect(key, { showHidden: true }), 'X25519Key')
    assert.deepEqual(Object.keys(key), ['publicKey'])
  })
})
