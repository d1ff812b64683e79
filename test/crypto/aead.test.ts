import assert from 'node:assert/strict'

import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'

import { aes256Gcm, chaCha20Poly1305 } from '#crypto'

import { Seeded } from '../seeded.ts'

const random = new Seeded('aead')

describe('Authenticated encryption', () => {
  it('seals the example of RFC 8439 §2.8.2', () => {
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the " +
      'future, sunscreen would be it.'
    const key = Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index)
    const nonce = Uint8Array.fromHex('070000004041424344454647')
    const associated = Uint8Array.fromHex('50515253c0c1c2c3c4c5c6c7')
    const sealed = chaCha20Poly1305.seal(key, nonce, Buffer.from(text), associated)
    const expected =
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6' +
      '3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36' +
      '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc' +
      '3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691'
    assert.equal(sealed.toHex(), expected)
  })

  it('seals test case 16 of the GCM specification', () => {
    const key = Uint8Array.fromHex('feffe9928665731c6d6a8f9467308308'.repeat(2))
    const plaintext = Uint8Array.fromHex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
        '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    )
    const nonce = Uint8Array.fromHex('cafebabefacedbaddecaf888')
    const associated = Uint8Array.fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2')
    const expected =
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b'
    assert.equal(aes256Gcm.seal(key, nonce, plaintext, associated).toHex(), expected)
  })

  for (const [name, ours, theirs] of [
    ['ChaCha20-Poly1305', chaCha20Poly1305, chacha20poly1305],
    ['AES-256-GCM', aes256Gcm, gcm],
  ] as const) {
    it(`${name} equals noble and opens what it sealed`, () => {
      for (let size = 0; size < 200; size++) {
        const [key, nonce] = [random.bytes(32), random.bytes(12)]
        const [plaintext, associated] = [random.bytes(size), random.bytes(size % 40)]
        const sealed = ours.seal(key, nonce, plaintext, associated)
        assert.deepEqual(sealed, theirs(key, nonce, associated).encrypt(plaintext))
        assert.deepEqual(ours.open(key, nonce, sealed, associated), plaintext)
      }
    })

    it(`${name} opens nothing that differs in one bit or in length`, () => {
      const parts = [random.bytes(32), random.bytes(12), random.bytes(21), random.bytes(9)]
      const [key, nonce, plaintext, associated] = parts as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ]
      const sealed = ours.seal(key, nonce, plaintext, associated)
      const inputs = [key, nonce, sealed, associated] as const
      for (const [index, argument] of inputs.entries()) {
        for (let bit = 0; bit < 8 * argument.length; bit++) {
          const changed = new Uint8Array(argument)
          changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          const attempt = [...inputs] as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
          attempt[index] = changed
          assert.throws(() => ours.open(...attempt), { code: 'CRYPTO_OPEN_FAILED' })
        }
      }
      for (let size = 0; size < sealed.length; size++) {
        const cut = sealed.subarray(0, size)
        assert.throws(() => ours.open(key, nonce, cut, associated), { code: 'CRYPTO_OPEN_FAILED' })
      }
      assert.throws(() => ours.open(key, nonce, sealed), { code: 'CRYPTO_OPEN_FAILED' })
    })

    it(`${name} refuses keys and nonces of another length`, () => {
      const [key, nonce, body] = [random.bytes(32), random.bytes(12), random.bytes(40)]
      for (const [wrongKey, wrongNonce] of [
        [random.bytes(16), nonce],
        [random.bytes(33), nonce],
        [key, random.bytes(8)],
        [key, random.bytes(16)],
        [key, random.bytes(0)],
      ] as const) {
        assert.throws(() => ours.seal(wrongKey, wrongNonce, body), { code: 'CRYPTO_LENGTH' })
        assert.throws(() => ours.open(wrongKey, wrongNonce, body), { code: 'CRYPTO_LENGTH' })
      }
    })
  }
})
