import assert from 'node:assert/strict'

import { slh_dsa_sha2_128s, slh_dsa_shake_256s } from '@noble/post-quantum/slh-dsa.js'

import { concat, utf8 } from '#base'
import { slhDsa, type SlhDsaSigningKey } from '#crypto'
import { callInMemory, discover } from '#precompiles'
import { contexts } from '#protocol'

import { Seeded } from '../seeded.ts'

const random = new Seeded('slh-dsa as a precompile')
const plugin = (await discover()).find(({ name }) => name === 'slhdsa-verify')!

const sets = [
  { mode: 0x14, name: 'slh-dsa-sha2-128s', noble: slh_dsa_sha2_128s, changes: 40 },
  { mode: 0x1e, name: 'slh-dsa-shake-256s', noble: slh_dsa_shake_256s, changes: 12 },
] as const

function verify(mode: number, context: Uint8Array, ...parts: readonly Uint8Array[]): boolean {
  const input = concat(Uint8Array.of(mode, context.length), context, ...parts)
  const outcome = callInMemory(plugin, input)
  assert.ok(outcome.status === 'returned')
  assert.equal(outcome.output.length, 32)
  return outcome.output[31] === 1
}

for (const { mode, name, noble, changes } of sets) {
  describe(`the precompile slhdsa-verify, ${name}`, function () {
    this.timeout(60_000)
    const context = utf8(contexts.foreign)
    const message = random.bytes(77)
    let key: SlhDsaSigningKey
    let signature: Uint8Array
    before(async () => {
      key = await slhDsa(name).generate()
      signature = await key.signAsync(message, contexts.foreign)
    })

    it('takes a fresh signature, under its context alone, as noble does', () => {
      assert.ok(noble.verify(signature, message, key.publicKey, { context }))
      assert.ok(verify(mode, context, key.publicKey, signature, message))
      assert.ok(!verify(mode, random.bytes(0), key.publicKey, signature, message))
      assert.ok(!verify(mode, random.bytes(255), key.publicKey, signature, message))
      const other = sets.find((set) => set.mode !== mode)!
      assert.ok(!verify(other.mode, context, key.publicKey, signature, message))
    })

    it('answers as noble to any bit that changed, in key, signature or message', () => {
      for (let round = 0; round < changes; round++) {
        const parts = [key.publicKey.slice(), signature.slice(), message.slice()] as const
        const part = parts[round % 3]!
        part[random.below(part.length)]! ^= 1 << random.below(8)
        const [changedKey, changedSignature, changedMessage] = parts
        const theirs = noble.verify(changedSignature, changedMessage, changedKey, { context })
        assert.equal(verify(mode, context, ...parts), theirs)
        assert.equal(theirs, false)
      }
    })

    it('answers no to a signature that lacks a byte or has one more', () => {
      assert.ok(!verify(mode, context, key.publicKey, signature.subarray(1), message))
      const longer = concat(signature, Uint8Array.of(0))
      assert.ok(!verify(mode, context, key.publicKey, longer, message))
      assert.ok(!verify(mode, context, key.publicKey, signature.subarray(0, -1)))
    })
  })
}
