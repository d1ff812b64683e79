import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import { ml_kem1024, ml_kem768 } from '@noble/post-quantum/ml-kem.js'

import { mlKem, type MlKemParameterSet } from '#crypto'

import { Seeded } from '../seeded.ts'

const random = new Seeded('ml-kem')
const showAll = { showHidden: true, getters: true, maxArrayLength: null }

for (const [parameterSet, noble, publicKeyBytes, ciphertextBytes] of [
  [768, ml_kem768, 1184, 1088],
  [1024, ml_kem1024, 1568, 1568],
] as const) {
  const engine = mlKem(parameterSet)

  describe(`ML-KEM-${parameterSet}`, () => {
    const key = engine.generate(random)

    it('has the sizes of FIPS 203', () => {
      const { ciphertext, sharedSecret } = engine.encapsulate(key.publicKey)
      assert.equal(key.publicKey.length, publicKeyBytes)
      assert.equal(ciphertext.length, ciphertextBytes)
      assert.equal(sharedSecret.length, 32)
    })

    it('derives the key that noble derives from the same seed', () => {
      const seed = random.bytes(64)
      assert.deepEqual(engine.fromSeed(seed).publicKey, noble.keygen(seed).publicKey)
      assert.deepEqual(engine.fromSeed(seed).seed, seed)
      const drawn = new Seeded('same').bytes(64)
      assert.deepEqual(engine.generate(new Seeded('same')).seed, drawn)
    })

    it('agrees with noble on the secret, either way round', () => {
      const { secretKey } = noble.keygen(key.seed)
      const ours = engine.encapsulate(key.publicKey)
      assert.deepEqual(noble.decapsulate(ours.ciphertext, secretKey), ours.sharedSecret)
      const theirs = noble.encapsulate(key.publicKey)
      assert.deepEqual(engine.decapsulate(key, theirs.cipherText), theirs.sharedSecret)
    })

    it('draws fresh coins for each encapsulation', () => {
      const [one, other] = [engine.encapsulate(key.publicKey), engine.encapsulate(key.publicKey)]
      assert.notDeepEqual(one.sharedSecret, other.sharedSecret)
    })

    it('answers a foreign ciphertext with the implicit rejection that noble gives', () => {
      const { secretKey } = noble.keygen(key.seed)
      const ciphertext = random.bytes(ciphertextBytes)
      const secret = engine.decapsulate(key, ciphertext)
      assert.deepEqual(secret, noble.decapsulate(ciphertext, secretKey))
    })

    it('refuses public keys with a coefficient of q or more, each of them', () => {
      assert.ok(engine.checkPublicKey(key.publicKey))
      for (let coefficient = 0; coefficient < ((publicKeyBytes - 32) * 2) / 3; coefficient++) {
        const changed = new Uint8Array(key.publicKey)
        const at = (coefficient >> 1) * 3
        const value = random.pick([3329, 4095])
        if (coefficient % 2 === 0) {
          changed[at] = value & 0xff
          changed[at + 1] = ((changed[at + 1] ?? 0) & 0xf0) | (value >> 8)
        } else {
          changed[at + 1] = ((changed[at + 1] ?? 0) & 0x0f) | ((value & 0x0f) << 4)
          changed[at + 2] = value >> 4
        }
        assert.ok(!engine.checkPublicKey(changed), `coefficient ${coefficient}`)
      }
      const overflowing = new Uint8Array(publicKeyBytes).fill(0xff)
      assert.throws(() => engine.encapsulate(overflowing), { code: 'CRYPTO_KEY_INVALID' })
    })

    it('refuses every wrong length', () => {
      const code = 'CRYPTO_LENGTH'
      for (const step of [-1, 1]) {
        const wrongKey = random.bytes(publicKeyBytes + step)
        assert.equal(engine.checkPublicKey(wrongKey), false)
        assert.throws(() => engine.encapsulate(wrongKey), { code })
        const wrongCiphertext = random.bytes(ciphertextBytes + step)
        assert.throws(() => engine.decapsulate(key, wrongCiphertext), { code })
        assert.throws(() => engine.fromSeed(random.bytes(64 + step)), { code })
      }
    })

    it('refuses a key of the other parameter set', () => {
      const other = mlKem(parameterSet === 768 ? 1024 : 768).generate(random)
      const ciphertext = random.bytes(ciphertextBytes)
      assert.throws(() => engine.decapsulate(other, ciphertext), { code: 'CRYPTO_KEY_INVALID' })
    })

    it('keeps its seed out of logs and JSON', () => {
      const shown = inspect(key, showAll) + JSON.stringify(key)
      assert.ok(!shown.includes(key.seed.join(', ')))
      assert.ok(!shown.includes('seed'))
    })
  })
}

it('ML-KEM offers 768 and 1024 alone', () => {
  for (const unknown of [0, 512, 'toString']) {
    assert.throws(() => mlKem(unknown as MlKemParameterSet), { code: 'CRYPTO_ALGORITHM' })
  }
})
