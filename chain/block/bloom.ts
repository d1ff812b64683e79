/** @see Ethereum Yellow Paper §4.4.3 */
import { keccak256 } from '#crypto'

import type { LogEntry } from '../port.ts'

const size = 256

export function bloomOf(logs: readonly LogEntry[]): Uint8Array<ArrayBuffer> {
  const bloom = new Uint8Array(size)
  for (const { address, topics } of logs) {
    add(bloom, address)
    for (const topic of topics) add(bloom, topic)
  }
  return bloom
}

export function merge(into: Uint8Array, bloom: Uint8Array): void {
  for (let index = 0; index < size; index++) into[index] = (into[index] ?? 0) | (bloom[index] ?? 0)
}

/** The bits that an item sets in a bloom: computed once, however many blooms it is looked for in. */
export type BloomBits = readonly (readonly [byte: number, mask: number])[]

/** False: the item of `bits` is certainly not in the set. True: it may be. */
export function mayHold(bloom: Uint8Array, bits: BloomBits): boolean {
  return bits.every(([byte, mask]) => ((bloom[byte] ?? 0) & mask) !== 0)
}

export function bitsOf(item: Uint8Array): BloomBits {
  const digest = keccak256(item)
  return [0, 2, 4].map((at) => {
    const bit = (((digest[at] ?? 0) << 8) | (digest[at + 1] ?? 0)) & 2047
    return [size - 1 - (bit >> 3), 1 << (bit & 7)] as const
  })
}

function add(bloom: Uint8Array, item: Uint8Array): void {
  for (const [byte, mask] of bitsOf(item)) bloom[byte] = (bloom[byte] ?? 0) | mask
}
