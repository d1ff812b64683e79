/**
 * Keys of blocks, indexes, head and pool; the state's keys are in ../state/layout.ts.
 *
 * | key | value |
 * |---|---|
 * | `m` name | one fact about the whole store |
 * | `b` height | rlp([header, size, commit]) |
 * | `i` height | the encoded body: rlp([transactions, ommers, withdrawals?]) |
 * | `r` height | receipts |
 * | `h` block hash | height |
 * | `x` transaction hash | height ‖ index |
 * | `w` wire hash | height ‖ index |
 * | `p` transaction hash | a pooled transaction |
 * | `e` transaction hash | why the pool evicted it |
 */
import { concat, fixed, toBigInt, utf8 } from '#base'
import type { Change } from '#storage'

const prefix = (letter: string): Uint8Array => utf8(letter)

export const height = {
  encode: (number: bigint): Uint8Array<ArrayBuffer> => fixed(number, 8),
  decode: (bytes: Uint8Array): bigint => toBigInt(bytes.subarray(0, 8)),
}

export const keys = {
  meta: (name: string) => concat(prefix('m'), utf8(name)),
  header: (number: bigint) => concat(prefix('b'), height.encode(number)),
  body: (number: bigint) => concat(prefix('i'), height.encode(number)),
  receipts: (number: bigint) => concat(prefix('r'), height.encode(number)),
  byHash: (hash: Uint8Array) => concat(prefix('h'), hash),
  transaction: (hash: Uint8Array) => concat(prefix('x'), hash),
  wire: (hash: Uint8Array) => concat(prefix('w'), hash),
  pooled: (hash: Uint8Array) => concat(prefix('p'), hash),
  evicted: (hash: Uint8Array) => concat(prefix('e'), hash),
} as const

export function put(key: Uint8Array, value: Uint8Array): Change {
  return { type: 'put', key, value }
}

/** All keys under one letter, as a range. */
export function under(letter: 'p' | 'e'): { gte: Uint8Array; lt: Uint8Array } {
  return { gte: utf8(letter), lt: utf8(String.fromCharCode(letter.charCodeAt(0) + 1)) }
}
