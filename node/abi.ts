import { concat, fixed, padLeft, utf8 } from '#base'
import { keccak256 } from '#crypto'

/** A number, at most 32 bytes put into a word from the right, bytes of any length, or a list of words. */
export type AbiValue =
  | bigint
  | Uint8Array
  | { readonly bytes: Uint8Array }
  | { readonly words: readonly Uint8Array[] }

const wordBytes = 32

/**
 * A call of a contract: the selector of `signature`, then the values, strictly as `abi.encode` lays
 * them out.
 *
 * @see https://docs.soliditylang.org/en/latest/abi-spec.html
 */
export function encodeCall(signature: string, ...values: readonly AbiValue[]): Uint8Array {
  const heads: Uint8Array[] = []
  const tails: Uint8Array[] = []
  let offset = values.length * wordBytes
  for (const value of values) {
    if (typeof value === 'bigint') heads.push(fixed(value, wordBytes))
    else if (value instanceof Uint8Array) heads.push(padLeft(value, wordBytes))
    else {
      const tail = 'bytes' in value ? tailOf(value.bytes) : listOf(value.words)
      heads.push(fixed(offset, wordBytes))
      tails.push(tail)
      offset += tail.length
    }
  }
  return concat(keccak256(utf8(signature)).subarray(0, 4), ...heads, ...tails)
}

function listOf(words: readonly Uint8Array[]): Uint8Array {
  return concat(fixed(words.length, wordBytes), ...words.map((word) => padLeft(word, wordBytes)))
}

/** Length, content, and zeros up to a word. */
function tailOf(bytes: Uint8Array): Uint8Array {
  const padding = (wordBytes - (bytes.length % wordBytes)) % wordBytes
  return concat(fixed(bytes.length, wordBytes), bytes, new Uint8Array(padding))
}
