/**
 * Keys from words that a person can write down: twenty-four of BIP-39's English list, and from the
 * seed that they stand for one ML-DSA seed for each account. Needs the package `@scure/bip39`.
 *
 * @module
 */
export { generatePhrase, keyFromPhrase, type PhraseOptions } from './phrase.ts'
