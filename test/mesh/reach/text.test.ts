import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import {
  addressFromText,
  addressText,
  decodeBech32m,
  encodeBech32m,
} from '../../../mesh/reach/text.ts'

/** @see BIP-350, test vectors. */
const valid = [
  'A1LQFN3A',
  'a1lqfn3a',
  'an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6',
  'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
  `11${'l'.repeat(82)}ludsr8`,
  'split1checkupstagehandshakeupstreamerranterredcaperredlc445v',
  '?1v759aa',
]
const invalid = [
  '\u00201xj0phk',
  '\u007f1g6xzxy',
  '\u00801vctc34',
  'an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4',
  'qyrz8wqd2c9m',
  '1qyrz8wqd2c9m',
  'y1b0jsk6g',
  'lt1igcx5c0',
  'in1muywd',
  'mm1crxm3i',
  'au1s5cgom',
  'M1VUXWEZ',
  '16plkw9',
  '1p2gdwpf',
]
const malformed = { code: 'MESH_MALFORMED' }

describe('the text of an address', () => {
  it('is bech32m as BIP-350 has it', () => {
    for (const text of valid) {
      const { prefix, words } = decodeBech32m(text)
      assert.equal(encodeBech32m(prefix, words), text.toLowerCase())
    }
    for (const text of invalid) assert.throws(() => decodeBech32m(text), malformed, text)
  })

  it('returns the address, in small letters or in capitals', () => {
    const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (address) => {
      const text = addressText(address)
      assert.match(text, /^pars1[02-9ac-hj-np-z]{58}$/)
      assert.deepEqual(addressFromText(text), address)
      assert.deepEqual(addressFromText(text.toUpperCase()), address)
    })
    fc.assert(property, { numRuns: 200, seed: 8 })
  })

  it('refuses up to three mistyped characters, mixed cases, other prefixes and other lengths', () => {
    const text = addressText(new Uint8Array(32).fill(7))
    const letters = '02345679acdefghjklmnpqrstuvwxyz'
    const change = fc.tuple(fc.integer({ min: 5, max: 62 }), fc.constantFrom(...letters.split('')))
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const mistyped = text.split('')
      for (const [at, letter] of changes) mistyped[at] = letter
      fc.pre(mistyped.join('') !== text)
      assert.throws(() => addressFromText(mistyped.join('')), malformed)
    })
    fc.assert(property, { numRuns: 1000, seed: 8 })
    assert.throws(() => addressFromText(text.replace('pars', 'Pars')), malformed)
    assert.throws(() => addressFromText(text.slice(0, -1)), malformed)
    assert.throws(() => addressFromText(''), malformed)
    const { words } = decodeBech32m(text)
    assert.throws(() => addressFromText(encodeBech32m('bars', words)), malformed)
    assert.throws(() => addressFromText(encodeBech32m('pars', words.subarray(1))), malformed)
    assert.throws(() => addressFromText(encodeBech32m('pars', words.with(51, 31))), malformed)
    assert.throws(() => addressText(new Uint8Array(31)), malformed)
  })
})
