import assert from 'node:assert/strict'

import { concat, fixed, hex, unhex } from '#base'
import { type Algorithm, algorithms, isAlgorithm } from '#protocol'

import { Network } from '../chain/attacks/network.ts'
import { absent, bytes, type Case, groups } from '../crypto/wycheproof.ts'

interface SignatureCase extends Case {
  readonly msg?: string
  readonly ctx?: string
  readonly sig?: string
}

interface KemCase extends Case {
  readonly ek?: string
  readonly m?: string
  readonly c?: string
  readonly K?: string
}

const named = (mode: Algorithm): string => mode.toString(16)

interface Signature {
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly context: Uint8Array
}

function* signatures(file: string): Generator<Signature & { test: SignatureCase }> {
  for (const { publicKey, tests } of groups<SignatureCase>(file)) {
    for (const test of tests) {
      const { msg, ctx = '', sig = '' } = test
      // Without a message stands the inner interface, which takes its hash.
      if (msg === undefined || publicKey === undefined || publicKey === null) continue
      const [key, message] = [bytes(publicKey), bytes(msg)]
      yield { key, message, signature: bytes(sig), context: bytes(ctx), test }
    }
  }
}

function kem(file: string): readonly KemCase[] {
  return groups<KemCase>(file).flatMap(({ tests }) => tests)
}

describe(`Wycheproof, through eth_call${absent ?? ''}`, function () {
  this.timeout(60_000)
  let network: Network
  before(function () {
    if (absent !== undefined) this.skip()
  })
  before(async () => {
    network = await Network.start()
  })
  after(() => network?.close())

  async function answer(address: number, input: Uint8Array): Promise<string> {
    const { output, failure } = await network.call({ to: fixed(address, 20), data: input })
    assert.equal(failure, undefined)
    return hex(output)
  }

  async function valid(address: number, input: Uint8Array): Promise<boolean> {
    const word = unhex(await answer(address, input))
    assert.equal(word.length, 32)
    return word[31] === 1
  }

  /** By 0x0601, and by the precompile of the parameter set, which takes the empty context alone. */
  async function checkSignature(
    mode: Algorithm,
    { key, message, signature, context }: Signature,
    expected: boolean,
    where: string,
  ): Promise<void> {
    const head = Uint8Array.of(mode, context.length)
    const any = concat(head, context, key, signature, message)
    assert.equal(await valid(0x0601, any), expected, where)
    const own = { 0x44: 0x0612, 0x65: 0x0613, 0x87: 0x0614 }[mode]
    const bare = expected && context.length === 0
    assert.equal(await valid(own, concat(key, signature, message)), bare, where)
  }

  for (const mode of [0x44, 0x65, 0x87]) {
    assert.ok(isAlgorithm(mode))
    const { publicKeyBytes, signatureBytes } = algorithms[mode]

    it(`ML-DSA-${named(mode)}: every vector whose lengths the layouts can hold`, async () => {
      const counts = { played: 0, unfit: 0 }
      for (const { test, ...one } of signatures(`mldsa_${named(mode)}_verify_test.json`)) {
        const lengths = [one.key.length, one.signature.length]
        const fits = lengths[0] === publicKeyBytes && lengths[1] === signatureBytes
        if (!fits || one.context.length > 255) {
          counts.unfit++
          continue
        }
        counts.played++
        await checkSignature(mode, one, test.result === 'valid', `${test.tcId}`)
      }
      assert.ok(counts.played > 100, JSON.stringify(counts))
      assert.ok(counts.unfit < counts.played / 2, JSON.stringify(counts))
    })

    it(`ML-DSA-${named(mode)}: every signature of the signing vectors is one`, async () => {
      let played = 0
      for (const kind of ['seed', 'noseed']) {
        for (const { test, ...one } of signatures(`mldsa_${named(mode)}_sign_${kind}_test.json`)) {
          if (test.result !== 'valid') continue
          played++
          await checkSignature(mode, one, true, `${kind} ${test.tcId}`)
        }
      }
      assert.ok(played > 100, `${played}`)
    })
  }

  for (const name of ['512', '768', '1024']) {
    it(`ML-KEM-${name}: takes the valid keys alone, and encapsulates to the same bytes`, async () => {
      const counts = { valid: 0, invalid: 0 }
      for (const { tcId, ek = '', m = '', c = '', K = '', result } of kem(
        `mlkem_${name}_encaps_test.json`,
      )) {
        const isValid = result === 'valid'
        counts[isValid ? 'valid' : 'invalid']++
        const check = concat(Uint8Array.of(0x00), bytes(ek))
        assert.equal(await valid(0x0603, check), isValid, `${tcId}`)
        const encapsulate = concat(Uint8Array.of(0x01), bytes(m), bytes(ek))
        const expected = isValid ? `0x${c}${K}` : '0x'
        assert.equal(await answer(0x0603, encapsulate), expected, `${tcId}`)
      }
      assert.ok(counts.valid >= 100 && counts.invalid >= 100, JSON.stringify(counts))
    })

    it(`ML-KEM-${name}: takes every key that was generated`, async () => {
      const tests = kem(`mlkem_${name}_keygen_seed_test.json`)
      assert.ok(tests.length >= 100)
      for (const { tcId, ek = '' } of tests) {
        assert.ok(await valid(0x0603, concat(Uint8Array.of(0x00), bytes(ek))), `${tcId}`)
      }
    })
  }
})
