import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'

import { addressOfKey, keccak256, keyHash, mlDsa } from '#crypto'
import { type Algorithm, algorithms, type Context, contexts } from '#protocol'

import { Seeded } from '../seeded.ts'

const random = new Seeded('ml-dsa')
const message = random.bytes(100)
const context = contexts.transaction

for (const [algorithm, noble] of [
  [0x44, ml_dsa44],
  [0x65, ml_dsa65],
  [0x87, ml_dsa87],
] as const) {
  const engine = mlDsa(algorithm)
  const { name, publicKeyBytes, signatureBytes } = algorithms[algorithm]

  describe(name, () => {
    const key = engine.generate(random)
    const signature = key.sign(message, context)

    it('has the sizes of FIPS 204', () => {
      assert.equal(key.publicKey.length, publicKeyBytes)
      assert.equal(signature.length, signatureBytes)
      assert.equal(engine.publicKeyBytes, publicKeyBytes)
      assert.equal(engine.signatureBytes, signatureBytes)
    })

    it('derives the key that noble derives from the same seed', () => {
      const seed = random.bytes(32)
      assert.deepEqual(engine.fromSeed(seed).publicKey, noble.keygen(seed).publicKey)
      assert.deepEqual(engine.fromSeed(seed).seed, seed)
    })

    it('draws the seed of a new key from the port', () => {
      const seed = new Seeded('same').bytes(32)
      assert.deepEqual(engine.generate(new Seeded('same')).seed, seed)
    })

    it('verifies in both engines, and in them under this context and no other', () => {
      for (const each of Object.values(contexts)) {
        const right = each === context
        assert.equal(engine.verify(key.publicKey, message, signature, each), right)
        const options = { context: Buffer.from(each) }
        assert.equal(noble.verify(signature, message, key.publicKey, options), right)
      }
    })

    it('verifies what noble signed', () => {
      const { publicKey, secretKey } = noble.keygen(random.bytes(32))
      const theirs = noble.sign(message, secretKey, { context: Buffer.from(contexts.dag) })
      assert.ok(engine.verify(publicKey, message, theirs, contexts.dag))
    })

    it('hedges: two signatures of one message differ and both verify', () => {
      const again = key.sign(message, context)
      assert.notDeepEqual(again, signature)
      assert.ok(engine.verify(key.publicKey, message, again, context))
    })

    it('gives the same answers off the thread', async () => {
      const made = await key.signAsync(message, context)
      assert.ok(await engine.verifyAsync(key.publicKey, message, made, context))
      assert.ok(!(await engine.verifyAsync(key.publicKey, message, made, contexts.peer)))
      assert.ok(!(await engine.verifyAsync(key.publicKey, random.bytes(100), made, context)))
    })

    it('verifies the bytes as they were when it was called', async () => {
      const parts = [key.publicKey, message, signature].map((part) => new Uint8Array(part))
      const [publicKey, text, bytes] = parts as [Uint8Array, Uint8Array, Uint8Array]
      const verdict = engine.verifyAsync(publicKey, text, bytes, context)
      for (const part of parts) part.fill(0)
      assert.ok(await verdict)
    })

    it('answers false to every wrong length, in each form', async () => {
      const { publicKey } = key
      const wrongKeys = [0, 1, publicKeyBytes - 1, publicKeyBytes + 1].map((n) => random.bytes(n))
      for (const wrong of wrongKeys) {
        assert.equal(engine.verify(wrong, message, signature, context), false)
        assert.equal(await engine.verifyAsync(wrong, message, signature, context), false)
        const any = Buffer.from(context)
        assert.equal(engine.verifyAnyContext(wrong, message, signature, any), false)
      }
      const longer = new Uint8Array(signatureBytes + 1)
      longer.set(signature)
      for (const wrong of [longer, signature.subarray(1), new Uint8Array(0)]) {
        assert.equal(engine.verify(publicKey, message, wrong, context), false)
        assert.equal(await engine.verifyAsync(publicKey, message, wrong, context), false)
      }
      for (const size of [256, 1000]) {
        const any = random.bytes(size)
        assert.equal(engine.verifyAnyContext(publicKey, message, signature, any), false)
      }
    })

    it('verifies under raw contexts of 0 to 255 bytes', () => {
      const { publicKey, secretKey } = noble.keygen(random.bytes(32))
      for (const size of [0, 1, 255]) {
        const any = random.bytes(size)
        const theirs = noble.sign(message, secretKey, { context: any })
        assert.ok(engine.verifyAnyContext(publicKey, message, theirs, any))
        assert.ok(!engine.verifyAnyContext(publicKey, message, theirs, random.bytes(7)))
      }
    })

    it('refuses seeds of another length', () => {
      for (const size of [0, 31, 33, 64]) {
        assert.throws(() => engine.fromSeed(random.bytes(size)), { code: 'CRYPTO_LENGTH' })
      }
    })

    it('signs under no context but those of the protocol', async () => {
      const foreign = 'pars-tx-v2' as Context
      assert.throws(() => key.sign(message, foreign), { code: 'CRYPTO_CONTEXT' })
      await assert.rejects(key.signAsync(message, foreign), { code: 'CRYPTO_CONTEXT' })
      assert.throws(() => key.sign(message, '' as Context), { code: 'CRYPTO_CONTEXT' })
      assert.equal(engine.verify(key.publicKey, message, signature, foreign), false)
    })

    it('keeps its seed out of logs, JSON and clones', () => {
      const seed = key.seed
      for (const form of [
        inspect(key, { showHidden: true, getters: true, maxArrayLength: null }),
        JSON.stringify(key),
        JSON.stringify(structuredClone(key)),
      ]) {
        assert.ok(!form.includes(seed.toHex()))
        assert.ok(!form.includes(seed.join(', ')))
        assert.ok(!form.includes(seed.join(',')))
        assert.ok(!form.includes('seed'))
      }
      seed.fill(0)
      assert.notDeepEqual(key.seed, seed)
    })

    it('names a key by keccak256(algorithm ‖ key), and an account by its last 20 bytes', () => {
      const preimage = Uint8Array.from([algorithm, ...key.publicKey])
      assert.deepEqual(keyHash(algorithm, key.publicKey), keccak256(preimage))
      assert.deepEqual(addressOfKey(algorithm, key.publicKey), keccak256(preimage).subarray(12))
      const short = key.publicKey.subarray(1)
      assert.throws(() => keyHash(algorithm, short), { code: 'CRYPTO_LENGTH' })
      assert.throws(() => addressOfKey(algorithm, short), { code: 'CRYPTO_LENGTH' })
    })
  })
}

describe('ML-DSA', () => {
  it('knows three algorithms', () => {
    for (const unknown of [0, 0x45, 0xd2, 65.5]) {
      assert.throws(() => mlDsa(unknown as Algorithm), { code: 'CRYPTO_ALGORITHM' })
    }
  })

  it('never takes the signature of one algorithm for that of another', () => {
    const key = mlDsa(0x44).generate(random)
    const signature = key.sign(message, context)
    assert.equal(mlDsa(0x65).verify(key.publicKey, message, signature, context), false)
  })
})
