import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import { slh_dsa_sha2_128s, slh_dsa_shake_256s } from '@noble/post-quantum/slh-dsa.js'

import { slhDsa, type SlhDsaParameterSet } from '#crypto'
import { type Context, contexts } from '#protocol'

import { Seeded } from '../seeded.ts'

const random = new Seeded('slh-dsa')
const showAll = { showHidden: true, getters: true, maxArrayLength: null }
const message = random.bytes(50)
const context = contexts.recovery

for (const [name, noble] of [
  ['slh-dsa-sha2-128s', slh_dsa_sha2_128s],
  ['slh-dsa-shake-256s', slh_dsa_shake_256s],
] as const) {
  const engine = slhDsa(name)

  describe(name, function () {
    this.timeout(60_000)
    let key: Awaited<ReturnType<typeof engine.generate>>
    let signature: Uint8Array

    before(async () => {
      key = await engine.generate()
      signature = await key.signAsync(message, context)
    })

    it('has the sizes of FIPS 205', () => {
      assert.equal(key.publicKey.length, noble.lengths.publicKey)
      assert.equal(key.privateKey.length, noble.lengths.secretKey)
      assert.equal(signature.length, noble.lengths.signature)
      assert.equal(engine.signatureBytes, noble.lengths.signature)
    })

    it('signs what verifies in both engines, under this context alone', () => {
      const { publicKey } = key
      assert.ok(engine.verify(publicKey, message, signature, context))
      assert.ok(!engine.verify(publicKey, message, signature, contexts.peer))
      const options = { context: Buffer.from(context) }
      assert.ok(noble.verify(signature, message, publicKey, options))
      assert.ok(!noble.verify(signature, message, publicKey, { context: random.bytes(3) }))
    })

    it('refuses a signature with a bit flipped, as noble does', () => {
      for (let round = 0; round < 24; round++) {
        const changed = new Uint8Array(signature)
        const bit = random.below(8 * changed.length)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const options = { context: Buffer.from(context) }
        assert.ok(!engine.verify(key.publicKey, message, changed, context))
        assert.ok(!noble.verify(changed, message, key.publicKey, options))
      }
    })

    it('takes a private key that noble generated', () => {
      const { publicKey, secretKey } = noble.keygen(random.bytes(noble.lengths.seed ?? 0))
      assert.deepEqual(engine.fromPrivateKey(secretKey).publicKey, publicKey)
      assert.deepEqual(engine.fromPrivateKey(secretKey).privateKey, secretKey)
    })

    it('answers false to wrong lengths, and refuses them in a private key', () => {
      const { publicKey } = key
      const any = Buffer.from(context)
      assert.ok(engine.verifyAnyContext(publicKey, message, signature, any))
      assert.ok(!engine.verifyAnyContext(publicKey.subarray(1), message, signature, any))
      assert.ok(!engine.verifyAnyContext(publicKey, message, signature.subarray(1), any))
      assert.ok(!engine.verifyAnyContext(publicKey, message, signature, random.bytes(256)))
      assert.ok(!engine.verify(publicKey, message, signature, 'other' as Context))
      const short = key.privateKey.subarray(1)
      assert.throws(() => engine.fromPrivateKey(short), { code: 'CRYPTO_LENGTH' })
    })

    it('signs under no context but those of the protocol', async () => {
      const signing = key.signAsync(message, 'other' as Context)
      await assert.rejects(signing, { code: 'CRYPTO_CONTEXT' })
    })

    it('keeps its secret out of logs and JSON', () => {
      const shown = inspect(key, showAll) + JSON.stringify(key)
      assert.ok(!shown.includes(key.privateKey.subarray(0, 16).join(', ')))
      assert.ok(!shown.includes('privateKey'))
    })
  })
}

it('SLH-DSA offers two parameter sets alone', () => {
  for (const unknown of ['slh-dsa-sha2-128f', 'toString']) {
    assert.throws(() => slhDsa(unknown as SlhDsaParameterSet), { code: 'CRYPTO_ALGORITHM' })
  }
})
