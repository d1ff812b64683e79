import assert from 'node:assert/strict'
import { createPrivateKey, decapsulate } from 'node:crypto'

import { ml_kem1024, ml_kem512, ml_kem768 } from '@noble/post-quantum/ml-kem.js'

import { encapsulateWithCoins, isEncapsulationKey, mlKemSizes } from '#crypto'

import { Seeded } from '../seeded.ts'

const random = new Seeded('ml-kem in public')

for (const [parameterSet, noble] of [
  [512, ml_kem512],
  [768, ml_kem768],
  [1024, ml_kem1024],
] as const) {
  describe(`ML-KEM-${parameterSet} with given coins`, () => {
    const seed = random.bytes(64)
    const { publicKey } = noble.keygen(seed)
    const secretKey = createPrivateKey({
      key: seed,
      format: 'raw-seed',
      asymmetricKeyType: `ml-kem-${parameterSet}`,
    })

    // Decapsulation encrypts again and compares: only the one ciphertext gives the secret.
    it('makes what OpenSSL decapsulates to the same secret', () => {
      for (let round = 0; round < 60; round++) {
        const coins = random.bytes(32)
        const { ciphertext, sharedSecret } = encapsulateWithCoins(parameterSet, publicKey, coins)
        assert.equal(ciphertext.length, mlKemSizes[parameterSet].ciphertextBytes)
        assert.deepEqual(new Uint8Array(decapsulate(secretKey, ciphertext)), sharedSecret)
        ciphertext[random.below(ciphertext.length)]! ^= 1 << random.below(8)
        assert.notDeepEqual(new Uint8Array(decapsulate(secretKey, ciphertext)), sharedSecret)
      }
    })

    it('gives the same for the same coins, and changes nothing that it is given', () => {
      const [key, coins] = [publicKey.slice(), random.bytes(32)]
      const given = coins.slice()
      const first = encapsulateWithCoins(parameterSet, key, given)
      assert.deepEqual(encapsulateWithCoins(parameterSet, key, given), first)
      assert.deepEqual([key, given], [publicKey, coins])
    })

    it('refuses keys that are too large, too short or too long, and coins of other lengths', () => {
      const coins = random.bytes(32)
      const overflowing = publicKey.slice().fill(0xff, 0, 3)
      assert.ok(isEncapsulationKey(parameterSet, publicKey))
      assert.ok(!isEncapsulationKey(parameterSet, overflowing))
      const invalid = { code: 'CRYPTO_KEY_INVALID' }
      assert.throws(() => encapsulateWithCoins(parameterSet, overflowing, coins), invalid)
      const code = 'CRYPTO_LENGTH'
      for (const key of [publicKey.subarray(1), new Uint8Array(publicKey.length + 1)]) {
        assert.ok(!isEncapsulationKey(parameterSet, key))
        assert.throws(() => encapsulateWithCoins(parameterSet, key, coins), { code })
      }
      for (const size of [0, 31, 33]) {
        const wrong = random.bytes(size)
        assert.throws(() => encapsulateWithCoins(parameterSet, publicKey, wrong), { code })
      }
    })
  })
}
