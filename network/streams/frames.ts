import { concat, Fault, fixed } from '#base'

const prefixBytes = 4

/** A frame on the wire: its length as four bytes, big-endian, then the bytes. */
export function frame(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  return concat(fixed(length, prefixBytes), ...parts)
}

/**
 * Cuts what arrives on one stream into frames of 1..maximum bytes. A chunk may hold many frames or
 * a piece of one; nothing is allocated on the word of a length.
 */
export class FrameReader {
  readonly #maximum: number
  #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  /** Bytes that wait for the rest of their frame, or for `next`. */
  get buffered(): number {
    return this.#bytes
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    // A Buffer's `slice` shares its memory where everybody expects a copy.
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#bytes += chunk.length
  }

  /** The next whole frame, if there is one. Throws `NETWORK_FRAME` at a length out of range. */
  next(): Uint8Array | undefined {
    if (this.#bytes < prefixBytes) return undefined
    const length = this.#length()
    if (length === 0 || length > this.#maximum) {
      throw new Fault({ code: 'NETWORK_FRAME', bytes: length, maximum: this.#maximum })
    }
    if (this.#bytes < prefixBytes + length) return undefined
    const all = this.#chunks.length === 1 ? this.#chunks[0] : concat(...this.#chunks)
    if (all === undefined) return undefined
    const end = prefixBytes + length
    this.#chunks = all.length === end ? [] : [all.subarray(end)]
    this.#bytes = all.length - end
    return all.subarray(prefixBytes, end)
  }

  #length(): number {
    let length = 0
    let left = prefixBytes
    for (const chunk of this.#chunks) {
      for (let index = 0; index < chunk.length && left > 0; index++, left--) {
        length = length * 256 + (chunk[index] ?? 0)
      }
      if (left === 0) break
    }
    return length
  }
}
