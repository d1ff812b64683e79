import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'

import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'

import { mlDsa } from '#crypto'
import { type Algorithm, contexts } from '#protocol'

import { absent, bytes, type Case, expandedPkcs8, groups, orUndefined } from './wycheproof.ts'

interface SignatureCase extends Case {
  readonly msg?: string
  readonly ctx?: string
  readonly mu?: string
  readonly rnd?: string
  readonly sig: string
}

const sets = [
  { name: '44', algorithm: 0x44, noble: ml_dsa44, arc: 17 },
  { name: '65', algorithm: 0x65, noble: ml_dsa65, arc: 18 },
  { name: '87', algorithm: 0x87, noble: ml_dsa87, arc: 19 },
] as const

type Noble = (typeof sets)[number]['noble']

function contextOf({ ctx }: SignatureCase): Uint8Array {
  return bytes(ctx ?? '')
}

function nobleVerifies(noble: Noble, test: SignatureCase, publicKey: Uint8Array): boolean {
  const options = { context: contextOf(test) }
  const message = bytes(test.msg ?? '')
  return orUndefined(() => noble.verify(bytes(test.sig), message, publicKey, options)) ?? false
}

/** The signature that noble makes with the vector's coins, undefined when it refuses. */
function nobleSigns(
  noble: Noble,
  test: SignatureCase,
  secretKey: Uint8Array,
): Uint8Array | undefined {
  const extraEntropy = test.rnd === undefined ? false : bytes(test.rnd)
  return orUndefined(() =>
    test.msg === undefined
      ? noble.internal.sign(bytes(test.mu ?? ''), secretKey, { externalMu: true, extraEntropy })
      : noble.sign(bytes(test.msg), secretKey, { context: contextOf(test), extraEntropy }),
  )
}

describe(`ML-DSA against Wycheproof, node:crypto and noble${absent ?? ''}`, () => {
  before(function () {
    if (absent !== undefined) this.skip()
  })

  for (const { name, algorithm, noble } of sets) {
    it(`ML-DSA-${name}: both engines accept exactly the valid signatures`, function () {
      this.timeout(60_000)
      const counted = { valid: 0, invalid: 0 }
      for (const { publicKey, tests } of groups<SignatureCase>(`mldsa_${name}_verify_test.json`)) {
        const key = bytes(publicKey ?? '')
        for (const test of tests) {
          const valid = test.result === 'valid'
          const engine = mlDsa(algorithm)
          const [message, signature] = [bytes(test.msg ?? ''), bytes(test.sig)]
          const ours = engine.verifyAnyContext(key, message, signature, contextOf(test))
          assert.equal(ours, valid, `node, tcId ${test.tcId}`)
          assert.equal(nobleVerifies(noble, test, key), valid, `noble, tcId ${test.tcId}`)
          counted[valid ? 'valid' : 'invalid']++
        }
      }
      assert.ok(counted.valid >= 70 && counted.invalid >= 100, JSON.stringify(counted))
    })
  }

  for (const { name, algorithm, noble } of sets) {
    it(`ML-DSA-${name}: seeds give the same keys, and every signing vector verifies`, function () {
      this.timeout(60_000)
      const counted = { valid: 0, invalid: 0, onlyMu: 0 }
      for (const group of groups<SignatureCase>(`mldsa_${name}_sign_seed_test.json`)) {
        const seed = bytes(group.privateSeed ?? '')
        const ours = orUndefined(() => mlDsa(algorithm).fromSeed(seed))
        const theirs = orUndefined(() => noble.keygen(seed))
        if (typeof group.publicKey === 'string') {
          assert.equal(ours?.publicKey.toHex(), group.publicKey)
          assert.equal(theirs?.publicKey.toHex(), group.publicKey)
          if (ours !== undefined) signsForBoth(algorithm, noble, ours)
        }
        for (const test of group.tests) {
          const made = theirs && nobleSigns(noble, test, theirs.secretKey)
          counted[judge(algorithm, noble, test, ours?.publicKey, made)]++
        }
      }
      assert.ok(counted.valid >= 60 && counted.invalid >= 4, JSON.stringify(counted))
      // A message known only by its mu: OpenSSL is not reachable with one.
      assert.ok(counted.onlyMu >= 1, JSON.stringify(counted))
    })
  }

  for (const { name, algorithm, noble, arc } of sets) {
    it(`ML-DSA-${name}: expanded keys are refused or give the vector's signature`, function () {
      this.timeout(60_000)
      const counted = { valid: 0, invalid: 0, onlyMu: 0 }
      for (const group of groups<SignatureCase>(`mldsa_${name}_sign_noseed_test.json`)) {
        const secretKey = bytes(group.privateKey ?? '')
        const der = expandedPkcs8([4, 3, arc], secretKey)
        const key = orUndefined(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
        const publicKey =
          key && new Uint8Array(createPublicKey(key).export({ format: 'raw-public' }))
        for (const test of group.tests) {
          const made = nobleSigns(noble, test, secretKey)
          if (test.flags?.includes('InvalidPrivateKey') === true) {
            assert.equal(key, undefined, `node, tcId ${test.tcId}`)
          }
          counted[judge(algorithm, noble, test, publicKey, made)]++
        }
      }
      assert.ok(counted.valid >= 50 && counted.invalid >= 5, JSON.stringify(counted))
      assert.ok(counted.onlyMu >= 1, JSON.stringify(counted))
    })
  }
})

/** Own hedged signatures verify in both engines. */
function signsForBoth(
  algorithm: Algorithm,
  noble: Noble,
  key: ReturnType<ReturnType<typeof mlDsa>['fromSeed']>,
): void {
  const message = key.publicKey.subarray(0, 40)
  const signature = key.sign(message, contexts.foreign)
  const context = Buffer.from(contexts.foreign)
  assert.ok(mlDsa(algorithm).verify(key.publicKey, message, signature, contexts.foreign))
  assert.ok(noble.verify(signature, message, key.publicKey, { context }))
}

/**
 * One signing vector. noble must make the very bytes; node:crypto signs hedged only, so it must
 * accept them.
 */
function judge(
  algorithm: Algorithm,
  noble: Noble,
  test: SignatureCase,
  publicKey: Uint8Array | undefined,
  made: Uint8Array | undefined,
): 'valid' | 'invalid' | 'onlyMu' {
  if (test.result !== 'valid') {
    assert.equal(made, undefined, `noble signed tcId ${test.tcId}`)
    const context = contextOf(test)
    assert.ok(publicKey === undefined || context.length > 255, `node took tcId ${test.tcId}`)
    return 'invalid'
  }
  assert.equal(made?.toHex(), test.sig, `noble, tcId ${test.tcId}`)
  if (test.msg === undefined) return 'onlyMu'
  assert.ok(publicKey !== undefined, `node refused the key of tcId ${test.tcId}`)
  const [message, signature] = [bytes(test.msg), bytes(test.sig)]
  const ours = mlDsa(algorithm).verifyAnyContext(publicKey, message, signature, contextOf(test))
  assert.ok(ours, `node, tcId ${test.tcId}`)
  assert.ok(nobleVerifies(noble, test, publicKey), `noble, tcId ${test.tcId}`)
  return 'valid'
}
