import { concat, empty, equal, fixed, type Random } from '#base'
import { chaCha20Poly1305, constantTimeEqual, type DecapsulationKey, mlKem } from '#crypto'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { kemKeyHash } from '../reach/destination.ts'
import {
  encodeHeader,
  type Envelope,
  encodeEnvelope,
  type Header,
  hintBytes,
  lockOf,
  sealedOverhead,
  sizeClasses,
} from './envelope.ts'
import { mintStamp } from './stamp.ts'

const openerBytes = 16
/** `opener16 | length3`, before the content. */
const plainHeaderBytes = openerBytes + 3
const kem = mlKem(768)

/** Bytes of the largest content. */
export const largestContent = Math.max(...sizeClasses) - plainHeaderBytes

export interface Draft {
  readonly content: Uint8Array
  readonly day: number
  /** 32 bytes. */
  readonly box: Uint8Array
  /** ML-KEM-768: a one-time prekey, checked, or the key of the address where there is none. */
  readonly kemKey: Uint8Array
  /** What both know, 32 bytes; absent where a stranger writes, who then needs a stamp. */
  readonly secret?: Uint8Array | undefined
}

/** The keys with which a reader tries to open an item. */
export interface MailKeys {
  /** Of the address. */
  readonly own: DecapsulationKey
  /** One-time keys that are left, by a name of the reader's own. */
  readonly oneTime: Iterable<readonly [name: number, key: DecapsulationKey]>
}

export interface Opened {
  readonly content: Uint8Array
  /** Shown to a relay, it lets the relay delete the item. 16 bytes. */
  readonly opener: Uint8Array
  /**
   * Which one-time key it took: erase it once the content is kept. Undefined where the item was sealed
   * to the key of the address: whoever gets that key one day can read the item.
   */
  readonly oneTime: number | undefined
  readonly isForwardSecret: boolean
}

/**
 * A mail item, ready to be deposited: the body of an object of kind mail. Throws `MESH_MALFORMED`
 * above `largestContent`, `CRYPTO_KEY_INVALID`.
 */
export async function sealItem(draft: Draft, random: Random): Promise<Uint8Array<ArrayBuffer>> {
  const { content, day, box, kemKey, secret } = draft
  const size = sizeClasses.find((one) => one >= content.length + plainHeaderBytes)
  if (size === undefined) throw malformed('mail item', 'its content is too large')
  const opener = random.bytes(openerBytes)
  const door = secret === undefined ? 'stranger' : 'contact'
  const header: Header = { door, day, box, lock: lockOf(opener) }
  const { ciphertext, sharedSecret } = kem.encapsulate(kemKey)
  const hint = hintOf(kemKey, ciphertext)
  const plain = new Uint8Array(size)
  plain.set(concat(opener, fixed(content.length, 3), content))
  const { key, nonce } = keysOf(sharedSecret, secret, header, ciphertext)
  const sealed = concat(
    ciphertext,
    hint,
    chaCha20Poly1305.seal(key, nonce, plain, encodeHeader(header)),
  )
  const envelope = { ...header, sealed }
  const stamp = door === 'stranger' ? await mintStamp(envelope, random) : empty
  return encodeEnvelope({ ...envelope, stamp })
}

/**
 * Undefined for what was not sealed to one of `keys` or under `secret`: then it may be of another
 * reader, or have been changed.
 *
 * @param secret Of the contact whose mailbox it was in; absent for the inbox of strangers.
 */
export function openItem(
  envelope: Envelope,
  keys: MailKeys,
  secret?: Uint8Array,
): Opened | undefined {
  if ((envelope.door === 'contact') !== (secret !== undefined)) return undefined
  const ciphertext = envelope.sealed.subarray(0, kem.ciphertextBytes)
  const hint = envelope.sealed.subarray(kem.ciphertextBytes, kem.ciphertextBytes + hintBytes)
  const found = find(keys, hint, ciphertext)
  if (found === undefined) return undefined
  const { key, nonce } = keysOf(
    kem.decapsulate(found.key, ciphertext),
    secret,
    envelope,
    ciphertext,
  )
  const body = envelope.sealed.subarray(kem.ciphertextBytes + hintBytes)
  let plain: Uint8Array
  try {
    plain = chaCha20Poly1305.open(key, nonce, body, encodeHeader(envelope))
  } catch {
    return undefined
  }
  const opener = plain.slice(0, openerBytes)
  const length = ((plain[16] ?? 0) << 16) | ((plain[17] ?? 0) << 8) | (plain[18] ?? 0)
  const content = plain.slice(plainHeaderBytes, plainHeaderBytes + length)
  if (content.length < length || !constantTimeEqual(lockOf(opener), envelope.lock)) return undefined
  const isForwardSecret = found.name !== undefined
  return { content, opener, oneTime: found.name, isForwardSecret }
}

/** Bytes of the largest item of a class, for who plans with airtime. */
export function itemBytes(door: Envelope['door'], size: number): number {
  return 51 + (door === 'contact' ? 0 : 8) + sealedOverhead + size
}

/** Which key an item is for, told only to who knows the key, and another each time. */
function hintOf(kemKey: Uint8Array, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('mail-hint', hintBytes, kemKeyHash(kemKey), ciphertext)
}

function find(
  keys: MailKeys,
  hint: Uint8Array,
  ciphertext: Uint8Array,
): { readonly name: number | undefined; readonly key: DecapsulationKey } | undefined {
  for (const [name, key] of keys.oneTime) {
    if (equal(hintOf(key.publicKey, ciphertext), hint)) return { name, key }
  }
  const isOwn = equal(hintOf(keys.own.publicKey, ciphertext), hint)
  return isOwn ? { name: undefined, key: keys.own } : undefined
}

function keysOf(
  sharedSecret: Uint8Array,
  secret: Uint8Array | undefined,
  header: Header,
  ciphertext: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const bytes = meshHash(
    'mail-key',
    44,
    sharedSecret,
    secret ?? new Uint8Array(32),
    encodeHeader(header),
    ciphertext,
  )
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) }
}
