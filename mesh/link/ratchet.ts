import { concat, isFault, type Random } from '#base'
import { type DecapsulationKey, mlKem } from '#crypto'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { Decoder, Encoder } from '../transfer/fountain.ts'
import type { LinkRole } from './derive.ts'

const kem = mlKem(768)
const symbolBytes = 32
/** Below it, any chunks that are as many as the sources bring the bytes back. */
const indexes = 256

/** index 1 | symbol 32. */
export const chunkBytes = 1 + symbolBytes

/** What both sides know once the key and its ciphertext went across. */
export interface Ratcheted {
  /** 32 bytes. */
  readonly shared: Uint8Array<ArrayBuffer>
  /** 32 bytes, over the key and the ciphertext. */
  readonly transcript: Uint8Array<ArrayBuffer>
}

/**
 * One fresh encapsulation, cut into chunks that ride on cells: the initiator sends a new key until it
 * hears of its ciphertext, the responder the ciphertext until it hears a cell under the new keys.
 * Chunks get lost, come twice and in any order; who hands them over has authenticated them.
 */
export class Ratchet {
  readonly #role: LinkRole
  readonly #random: Random
  #key: DecapsulationKey | undefined
  #outgoing: Encoder | undefined
  #next = 0
  #incoming: Decoder | undefined

  constructor(role: LinkRole, random: Random) {
    this.#role = role
    this.#random = random
  }

  /** Whether there is something to send. */
  get isSending(): boolean {
    if (this.#role === 'initiator') return this.#incoming === undefined
    return this.#outgoing !== undefined
  }

  /** The next to send, if any. */
  chunk(): Uint8Array<ArrayBuffer> | undefined {
    if (!this.isSending) return undefined
    if (this.#outgoing === undefined) {
      this.#key = kem.generate(this.#random)
      this.#outgoing = new Encoder(this.#key.publicKey, symbolBytes)
    }
    const index = this.#next
    this.#next = (index + 1) % indexes
    return concat(Uint8Array.of(index), this.#outgoing.symbol(index))
  }

  /** @returns What came of it, once. Throws `MESH_MALFORMED` for what is no key, once. */
  heard(chunk: Uint8Array): Ratcheted | undefined {
    const isInitiator = this.#role === 'initiator'
    if (isInitiator ? this.#key === undefined : this.#outgoing !== undefined) return undefined
    const length = isInitiator ? kem.ciphertextBytes : kem.publicKeyBytes
    this.#incoming ??= new Decoder(length, symbolBytes)
    const [index = 0] = chunk
    const isNew = this.#incoming.add(index, chunk.subarray(1))
    if (!isNew || this.#incoming.missing > 0) return undefined
    const bytes = this.#incoming.result()
    return this.#key === undefined ? this.#encapsulate(bytes) : decapsulate(this.#key, bytes)
  }

  /** The next epoch has begun: all over again. */
  restart(): void {
    this.#key = undefined
    this.#outgoing = undefined
    this.#incoming = undefined
    this.#next = 0
  }

  #encapsulate(publicKey: Uint8Array): Ratcheted {
    try {
      const { ciphertext, sharedSecret } = kem.encapsulate(publicKey)
      this.#outgoing = new Encoder(ciphertext, symbolBytes)
      return { shared: sharedSecret, transcript: transcriptOf(publicKey, ciphertext) }
    } catch (error) {
      if (!isFault(error, 'CRYPTO_KEY_INVALID')) throw error
      throw malformed('ratchet', 'its key is no ML-KEM-768 key')
    }
  }
}

function decapsulate(key: DecapsulationKey, ciphertext: Uint8Array): Ratcheted {
  const shared = kem.decapsulate(key, ciphertext)
  return { shared, transcript: transcriptOf(key.publicKey, ciphertext) }
}

function transcriptOf(publicKey: Uint8Array, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('ratchet', 32, publicKey, ciphertext)
}
