import { isFault, utf8 } from '#base'
import { aes256Gcm, hkdfSha256 } from '#crypto'

import { chunkBytes, dataChunks, headBytes, noFrame, payloadBytes } from './layout.ts'

/** What is inside one chunk. */
export interface Chunk {
  /** Where in `payload` the first frame begins, or `noFrame`. */
  readonly firstFrame: number
  /** Data chunks in the chunk's group. */
  readonly groupSize: number
  /** `payloadBytes`. */
  readonly payload: Uint8Array
  readonly isLast: boolean
}

/** The keys of one bundle, at work. */
export class ChunkCipher {
  readonly #dataKey: Uint8Array
  readonly #parityKey: Uint8Array

  /** @param secret Of this bundle alone: of two plaintexts under one key and index, both would show. */
  constructor(secret: Uint8Array, salt: Uint8Array) {
    this.#dataKey = hkdfSha256(secret, salt, utf8('bundle-data'), 32)
    this.#parityKey = hkdfSha256(secret, salt, utf8('bundle-parity'), 32)
  }

  /** `chunkBytes`. */
  seal(index: number, { firstFrame, groupSize, payload, isLast }: Chunk): Uint8Array {
    const plaintext = new Uint8Array(headBytes + payloadBytes)
    new DataView(plaintext.buffer).setUint16(0, firstFrame)
    plaintext[2] = groupSize
    plaintext.set(payload, headBytes)
    return aes256Gcm.seal(this.#dataKey, nonce(index, isLast), plaintext)
  }

  /** Undefined for bytes that were not sealed as the chunk of that index. */
  open(index: number, sealed: Uint8Array): Chunk | undefined {
    for (const isLast of [false, true]) {
      const plaintext = this.#opened(nonce(index, isLast), sealed)
      if (plaintext === undefined) continue
      const head = new DataView(plaintext.buffer, plaintext.byteOffset)
      const firstFrame = head.getUint16(0)
      const groupSize = head.getUint8(2)
      if (groupSize <= index % dataChunks || groupSize > dataChunks) return undefined
      return {
        firstFrame: firstFrame < payloadBytes ? firstFrame : noFrame,
        groupSize,
        payload: plaintext.subarray(headBytes),
        isLast,
      }
    }
    return undefined
  }

  /**
   * A parity chunk under a keystream, or without it again. Without it the chunks of a group would be
   * linearly dependent, and anybody could tell a bundle from random bytes.
   */
  mask(index: number, parity: Uint8Array): Uint8Array {
    return aes256Gcm.seal(this.#parityKey, nonce(index, false), parity).subarray(0, chunkBytes)
  }

  #opened(at: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    try {
      return aes256Gcm.open(this.#dataKey, at, sealed)
    } catch (error) {
      if (isFault(error, 'CRYPTO_OPEN_FAILED')) return undefined
      throw error
    }
  }
}

function nonce(index: number, isLast: boolean): Uint8Array {
  const bytes = new Uint8Array(aes256Gcm.nonceBytes)
  new DataView(bytes.buffer).setBigUint64(3, BigInt(index))
  bytes[11] = isLast ? 1 : 0
  return bytes
}
