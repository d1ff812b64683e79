/**
 * An address as people pass it on: bech32m with the prefix `pars`, 63 characters. Capitals are as
 * good, and shorter in a QR code.
 *
 * @see BIP-350, BIP-173
 */
import { concat, utf8 } from '#base'

import { malformed } from '../faults.ts'
import { addressBytes } from './destination.ts'

const prefix = 'pars'
const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const bech32m = 0x2bc830a3
const checksumWords = 6
const longest = 90

/** @param address 32 bytes. */
export function addressText(address: Uint8Array): string {
  if (address.length !== addressBytes) throw malformed('address', 'it has another length')
  return encodeBech32m(prefix, toWords(address))
}

/** The 32 bytes of an address. Throws `MESH_MALFORMED`. */
export function addressFromText(text: string): Uint8Array<ArrayBuffer> {
  const decoded = decodeBech32m(text)
  if (decoded.prefix !== prefix) throw malformed('address', `it does not begin with ${prefix}1`)
  const bytes = fromWords(decoded.words)
  if (bytes.length !== addressBytes) throw malformed('address', 'it has another length')
  return bytes
}

/** @param words 5 bits each. */
export function encodeBech32m(humanReadable: string, words: Uint8Array): string {
  const unchecked = concat(expanded(humanReadable), words, new Uint8Array(checksumWords))
  const sum = remainder(unchecked) ^ bech32m
  const checksum = Uint8Array.from(
    { length: checksumWords },
    (_, at) => (sum >>> (25 - 5 * at)) & 31,
  )
  const data = [...words, ...checksum].map((word) => alphabet.charAt(word))
  return `${humanReadable}1${data.join('')}`
}

/** Throws `MESH_MALFORMED`. */
export function decodeBech32m(text: string): { prefix: string; words: Uint8Array<ArrayBuffer> } {
  const lower = text.toLowerCase()
  if (text.length > longest) throw malformed('address', 'it is too long')
  if (!/^[!-~]+$/.test(text)) throw malformed('address', 'it has other characters')
  if (text !== lower && text !== text.toUpperCase()) throw malformed('address', 'it mixes cases')
  const separator = lower.lastIndexOf('1')
  const words = Uint8Array.from(lower.slice(separator + 1), (digit) => alphabet.indexOf(digit))
  if (separator < 1 || words.length < checksumWords) throw malformed('address', 'it is cut')
  // indexOf's -1 has become 255.
  if (words.some((word) => word > 31)) throw malformed('address', 'it has other characters')
  const humanReadable = lower.slice(0, separator)
  if (remainder(concat(expanded(humanReadable), words)) !== bech32m) {
    throw malformed('address', 'its checksum is wrong: a character is mistyped')
  }
  return { prefix: humanReadable, words: words.slice(0, -checksumWords) }
}

function expanded(humanReadable: string): Uint8Array {
  const codes = utf8(humanReadable)
  const zero = Uint8Array.of(0)
  return concat(
    codes.map((code) => code >> 5),
    zero,
    codes.map((code) => code & 31),
  )
}

/** Of the words as a polynomial over GF(32), by the generator of the code. */
function remainder(words: Uint8Array): number {
  let sum = 1
  for (const word of words) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ word
    for (const [bit, generator] of generators.entries()) {
      if (((top >>> bit) & 1) === 1) sum ^= generator
    }
  }
  return sum
}

function toWords(bytes: Uint8Array): Uint8Array {
  const words: number[] = []
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) words.push((held >> (bits - 5)) & 31)
  }
  if (bits > 0) words.push((held << (5 - bits)) & 31)
  return Uint8Array.from(words)
}

/** Throws where the rest is longer than four bits or is not zero: one address has one text. */
function fromWords(words: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const word of words) {
    held = ((held << 5) | word) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 255)
  }
  const rest = held & ((1 << bits) - 1)
  if (bits > 4 || rest !== 0) throw malformed('address', 'its padding is not zero')
  return Uint8Array.from(bytes)
}
