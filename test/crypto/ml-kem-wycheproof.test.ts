import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, decapsulate, encapsulate } from 'node:crypto'

import { ml_kem1024, ml_kem512, ml_kem768 } from '@noble/post-quantum/ml-kem.js'

import { mlKem } from '#crypto'

import { absent, bytes, type Case, expandedPkcs8, groups, orUndefined } from './wycheproof.ts'

interface KemCase extends Case {
  readonly seed?: string
  readonly ek?: string
  readonly dk?: string
  readonly m?: string
  readonly c?: string
  readonly K?: string
}

// ML-KEM-512 is not offered by #crypto: its vectors exercise OpenSSL underneath all the same.
const sets = [
  { name: '512', type: 'ml-kem-512', noble: ml_kem512, arc: 1, ours: undefined },
  { name: '768', type: 'ml-kem-768', noble: ml_kem768, arc: 2, ours: mlKem(768) },
  { name: '1024', type: 'ml-kem-1024', noble: ml_kem1024, arc: 3, ours: mlKem(1024) },
] as const

type Set = (typeof sets)[number]

function cases(file: string): readonly KemCase[] {
  return groups<KemCase>(file).flatMap(({ tests }) => tests)
}

function keyOf({ type }: Set, seed: Uint8Array): ReturnType<typeof createPrivateKey> {
  return createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType: type })
}

function publicOf(key: ReturnType<typeof createPrivateKey>): string {
  return createPublicKey(key).export({ format: 'raw-public' }).toString('hex')
}

describe(`ML-KEM against Wycheproof, node:crypto and noble${absent ?? ''}`, () => {
  before(function () {
    if (absent !== undefined) this.skip()
  })

  for (const set of sets) {
    const { name, noble, ours, type } = set

    it(`ML-KEM-${name}: seeds give the same keys`, () => {
      const tests = cases(`mlkem_${name}_keygen_seed_test.json`)
      assert.ok(tests.length >= 100)
      for (const { tcId, seed = '', ek, dk } of tests) {
        const theirs = noble.keygen(bytes(seed))
        assert.equal(theirs.publicKey.toHex(), ek, `noble, tcId ${tcId}`)
        assert.equal(theirs.secretKey.toHex(), dk, `noble, tcId ${tcId}`)
        assert.equal(publicOf(keyOf(set, bytes(seed))), ek, `node, tcId ${tcId}`)
        if (ours) assert.equal(ours.fromSeed(bytes(seed)).publicKey.toHex(), ek, `tcId ${tcId}`)
      }
    })

    it(`ML-KEM-${name}: both engines take exactly the valid public keys`, () => {
      const counted = { valid: 0, invalid: 0 }
      for (const { tcId, ek = '', m = '', c, K, result } of cases(
        `mlkem_${name}_encaps_test.json`,
      )) {
        const key = bytes(ek)
        const theirs = orUndefined(() => noble.encapsulate(key, bytes(m)))
        const made = orUndefined(() =>
          encapsulate(createPublicKey({ key, format: 'raw-public', asymmetricKeyType: type })),
        )
        const valid = result === 'valid'
        counted[valid ? 'valid' : 'invalid']++
        assert.equal(theirs !== undefined, valid, `noble, tcId ${tcId}`)
        assert.equal(made !== undefined, valid, `node, tcId ${tcId}`)
        assert.equal(ours?.checkPublicKey(key) ?? valid, valid, `tcId ${tcId}`)
        if (ours && !valid) assert.throws(() => ours.encapsulate(key), /CRYPTO_/)
        if (!valid) continue
        // node:crypto takes no coins, so only noble can be held to the very bytes.
        assert.equal(theirs?.cipherText.toHex(), c, `noble, tcId ${tcId}`)
        assert.equal(theirs?.sharedSecret.toHex(), K, `noble, tcId ${tcId}`)
      }
      assert.ok(counted.valid >= 100 && counted.invalid >= 100, JSON.stringify(counted))
    })

    it(`ML-KEM-${name}: both engines decapsulate to the same secret, or refuse`, () => {
      const counted = { valid: 0, invalid: 0 }
      for (const { tcId, seed = '', c = '', ek, K, result } of cases(`mlkem_${name}_test.json`)) {
        const theirs = orUndefined(() => {
          const { publicKey, secretKey } = noble.keygen(bytes(seed))
          return { publicKey, secret: noble.decapsulate(bytes(c), secretKey) }
        })
        const node = orUndefined(() => decapsulate(keyOf(set, bytes(seed)), bytes(c)))
        const mine = ours
          ? orUndefined(() => ours.decapsulate(ours.fromSeed(bytes(seed)), bytes(c)))
          : node
        const expected = result === 'valid' ? K : undefined
        counted[result === 'valid' ? 'valid' : 'invalid']++
        assert.equal(theirs?.secret.toHex(), expected, `noble, tcId ${tcId}`)
        assert.equal(node?.toString('hex'), expected, `node, tcId ${tcId}`)
        assert.equal(mine && Buffer.from(mine).toString('hex'), expected, `tcId ${tcId}`)
        if (expected !== undefined) assert.equal(theirs?.publicKey.toHex(), ek, `tcId ${tcId}`)
      }
      assert.ok(counted.valid >= 100 && counted.invalid >= 30, JSON.stringify(counted))
    })

    it(`ML-KEM-${name}: expanded keys that are inconsistent are refused`, () => {
      const counted = { valid: 0, invalid: 0 }
      for (const { tcId, dk = '', c = '', K, result } of cases(
        `mlkem_${name}_semi_expanded_decaps_test.json`,
      )) {
        const theirs = orUndefined(() => noble.decapsulate(bytes(c), bytes(dk)))
        const node = orUndefined(() => {
          const key = expandedPkcs8([4, 4, set.arc], bytes(dk))
          return decapsulate(createPrivateKey({ key, format: 'der', type: 'pkcs8' }), bytes(c))
        })
        const expected = result === 'valid' ? K : undefined
        counted[result === 'valid' ? 'valid' : 'invalid']++
        assert.equal(theirs?.toHex(), expected, `noble, tcId ${tcId}`)
        assert.equal(node?.toString('hex'), expected, `node, tcId ${tcId}`)
      }
      assert.ok(counted.valid >= 3 && counted.invalid >= 6, JSON.stringify(counted))
    })
  }
})
