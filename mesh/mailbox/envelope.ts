import { concat, empty, fixed } from '#base'
import { mlKem } from '#crypto'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'

/** `contact`: who deposits knows the mailbox by a secret. `stranger`: by the address, with a stamp. */
export type Door = 'contact' | 'stranger'

/** Bytes of plaintext that an item of each class holds, so that its size tells little. */
export const sizeClasses = [256, 1024, 4096, 16_384, 57_344] as const

export const lockBytes = 16
export const hintBytes = 8
export const stampBytes = 8
const tagBytes = 16
/** `ciphertext1088 | hint8 | tag16`: of what is sealed, beside its plaintext. */
export const sealedOverhead = mlKem(768).ciphertextBytes + hintBytes + tagBytes
/** `door1 | day2 | box32 | lock16`. */
const headerBytes = 51

/**
 * A mail item as relays see it: `door1 | day2 | box32 | lock16 | stamp8, of strangers alone | sealed`.
 * Nothing in it depends on who sends.
 */
export interface Envelope {
  readonly door: Door
  /** Days since 1970: of the mailbox's name; the item's time runs from there. */
  readonly day: number
  /** 32 bytes. */
  readonly box: Uint8Array
  /** 16 bytes: H("mail-lock", 16, opener). Who shows the opener has read the item. */
  readonly lock: Uint8Array
  /** 8 bytes; none where a contact sends. */
  readonly stamp: Uint8Array
  /** `ciphertext1088 | hint8 | AEAD`, of one of the sizes that the classes give. */
  readonly sealed: Uint8Array
  /** Place in `sizeClasses`. */
  readonly size: number
}

export type Header = Pick<Envelope, 'box' | 'day' | 'door' | 'lock'>

/** 51 bytes: what the seal covers beside the content. */
export function encodeHeader({ door, day, box, lock }: Header): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(door === 'contact' ? 0 : 1), fixed(day, 2), box, lock)
}

export function encodeEnvelope(envelope: Omit<Envelope, 'size'>): Uint8Array<ArrayBuffer> {
  return concat(encodeHeader(envelope), envelope.stamp, envelope.sealed)
}

/** The parts are views of `bytes`. Throws `MESH_MALFORMED`. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const [door] = bytes
  if (door !== 0 && door !== 1) throw malformed('mail item', 'its door is unknown')
  const start = headerBytes + door * stampBytes
  const size = sizeClasses.findIndex((one) => one + sealedOverhead === bytes.length - start)
  if (size < 0) throw malformed('mail item', 'it is of no size class')
  return {
    door: door === 0 ? 'contact' : 'stranger',
    day: new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint16(1),
    box: bytes.subarray(3, 35),
    lock: bytes.subarray(35, headerBytes),
    stamp: door === 0 ? empty : bytes.subarray(headerBytes, start),
    sealed: bytes.subarray(start),
    size,
  }
}

/** @param opener 16 bytes. */
export function lockOf(opener: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('mail-lock', lockBytes, opener)
}
