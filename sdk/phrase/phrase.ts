import { hkdf } from '@noble/hashes/hkdf.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { entropyToMnemonic, mnemonicToSeed, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english'

import { Fault, type Random, utf8 } from '#base'
import { defaultAlgorithm } from '#protocol'

import { type Key, keyFromSeed, type KeyOptions } from '../keys.ts'
import { platformRandom } from '../random.ts'

const entropyBytes = 32

/** Twenty-four new words. @see BIP-39 */
export function generatePhrase(random: Random = platformRandom): string {
  return entropyToMnemonic(random.bytes(entropyBytes), wordlist)
}

export interface PhraseOptions extends KeyOptions {
  /** Which of the phrase's accounts, from 0. */
  readonly index?: number
  /** BIP-39's passphrase: another one gives other accounts, without a warning. */
  readonly passphrase?: string
}

/**
 * One account of a phrase. Its seed ξ is 32 bytes of HKDF-SHA-512 over the 64-byte seed of BIP-39,
 * with no salt and the info `pars-account-v1/<44, 65 or 87>/<index>`: BIP-32 derives keys of
 * elliptic curves only. Throws `SDK_PHRASE` and `SDK_ACCOUNT_INDEX`.
 *
 * @see BIP-39, RFC 5869
 */
export async function keyFromPhrase(phrase: string, options: PhraseOptions = {}): Promise<Key> {
  const { index = 0, passphrase = '', algorithm = defaultAlgorithm } = options
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new Fault({ code: 'SDK_ACCOUNT_INDEX', index }, 'count the accounts of a phrase from 0')
  }
  const words = phrase.normalize('NFKD').trim().toLowerCase().split(/\s+/).join(' ')
  if (!validateMnemonic(words, wordlist)) {
    throw new Fault(
      { code: 'SDK_PHRASE' },
      'look for a misspelt, missing or misplaced word: the words are of the English list, and the last one holds a checksum',
    )
  }
  const info = utf8(`pars-account-v1/${algorithm.toString(16)}/${index}`)
  const seed = hkdf(sha512, await mnemonicToSeed(words, passphrase), undefined, info, 32)
  return keyFromSeed(seed, options)
}
