import assert from 'node:assert/strict'
import { hkdfSync, pbkdf2Sync } from 'node:crypto'

import { mlDsa } from '#crypto'
import { generatePhrase, keyFromPhrase } from '#sdk/phrase'

import { withCode } from '../chain/engine/network.ts'

const phrase = `${'abandon '.repeat(23)}art`

describe('a phrase', () => {
  it('stands for the keys that BIP-39 and RFC 5869 give, one for each index and algorithm', async () => {
    const root = pbkdf2Sync(phrase, 'mnemonicsecret', 2048, 64, 'sha512')
    for (const algorithm of [0x44, 0x65, 0x87] as const) {
      for (const index of [0, 1]) {
        const info = `pars-account-v1/${algorithm.toString(16)}/${index}`
        const seed = new Uint8Array(hkdfSync('sha512', root, '', info, 32))
        const expected = mlDsa(algorithm).fromSeed(seed).publicKey
        const { engine } = await keyFromPhrase(phrase, { algorithm, index, passphrase: 'secret' })
        assert.deepEqual(Uint8Array.from(engine.publicKey), expected)
      }
    }
  })

  it('is twenty-four words, others every time, and may be typed with a loose hand', async () => {
    const one = generatePhrase()
    assert.equal(one.split(' ').length, 24)
    assert.notEqual(one, generatePhrase())
    const { address } = await keyFromPhrase(one)
    const typed = ` ${one.toUpperCase().replaceAll(' ', '  \n')} `
    assert.equal((await keyFromPhrase(typed)).address, address)
  })

  it('is refused with a wrong word, a word too few, or an index that is none', async () => {
    for (const wrong of [phrase.replace('art', 'arm'), phrase.slice(8), 'hello', '']) {
      await assert.rejects(keyFromPhrase(wrong), withCode('SDK_PHRASE'))
    }
    await assert.rejects(keyFromPhrase(phrase, { index: -1 }), withCode('SDK_ACCOUNT_INDEX'))
    await assert.rejects(keyFromPhrase(phrase, { index: 0.5 }), withCode('SDK_ACCOUNT_INDEX'))
  })
})
