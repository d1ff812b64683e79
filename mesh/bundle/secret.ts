import { concat, empty, equal, utf8 } from '#base'
import { argon2id, type DecapsulationKey, hkdfSha256, mlKem } from '#crypto'

import { meshHash } from '../hash.ts'

interface Passphrase {
  readonly kind: 'passphrase'
  readonly passphrase: string
}

/** 32 bytes that the members of a group share. */
interface GroupKey {
  readonly kind: 'group'
  readonly key: Uint8Array
}

/** An ML-KEM-768 key. */
interface Recipient {
  readonly kind: 'recipient'
  readonly publicKey: Uint8Array
}

interface RecipientKey {
  readonly kind: 'recipient'
  readonly key: DecapsulationKey
}

/**
 * To whom a bundle is sealed. One under a passphrase or a group's key looks like random bytes. One to a
 * recipient begins with words that say what it is: an encapsulation is told from random bytes anyway.
 */
export type SealingSecret = Passphrase | GroupKey | Recipient
export type OpeningSecret = Passphrase | GroupKey | RecipientKey

/** What a bundle begins with that is sealed to a recipient. */
const label = utf8('pars bundle 1: sealed to one key, not deniable\n')
/** Of the label and the encapsulation behind it. */
export const labelledBytes = label.length + mlKem(768).ciphertextBytes

const cost = { memoryKiB: 65_536, iterations: 3, parallelism: 1, length: 32 } as const

/** What stands before the salt, and the secret that the keys of chunks are derived from. */
export interface Sealing {
  readonly head: Uint8Array
  readonly secret: Uint8Array
}

/** Throws `CRYPTO_LENGTH` and `CRYPTO_KEY_INVALID` for a recipient's key that is none. */
export async function sealingOf(to: SealingSecret, salt: Uint8Array): Promise<Sealing> {
  if (to.kind !== 'recipient') return { head: empty, secret: await shared(to, salt) }
  const { ciphertext, sharedSecret } = mlKem(768).encapsulate(to.publicKey)
  return {
    head: concat(label, ciphertext),
    secret: agreed(sharedSecret, ciphertext, to.publicKey, salt),
  }
}

/**
 * The secret of who opens. Throws `CRYPTO_KEY_INVALID` for a key of another parameter set.
 *
 * @param head As `sealingOf` gave it.
 */
export async function openingOf(
  by: OpeningSecret,
  head: Uint8Array,
  salt: Uint8Array,
): Promise<Uint8Array> {
  if (by.kind !== 'recipient') return shared(by, salt)
  const ciphertext = head.subarray(label.length)
  const sharedSecret = mlKem(768).decapsulate(by.key, ciphertext)
  return agreed(sharedSecret, ciphertext, by.key.publicKey, salt)
}

/** Whether a file that begins with `start` says that it is sealed to a recipient. */
export function isLabelled(start: Uint8Array): boolean {
  return equal(start.subarray(0, label.length), label)
}

async function shared(secret: Passphrase | GroupKey, salt: Uint8Array): Promise<Uint8Array> {
  if (secret.kind === 'group') return hkdfSha256(secret.key, salt, utf8('bundle-group'), 32)
  // One passphrase, however the keyboard composes its letters.
  return argon2id({ ...cost, password: utf8(secret.passphrase.normalize('NFKC')), salt })
}

/** Bound to the key and the encapsulation: neither can be exchanged for another. */
function agreed(
  sharedSecret: Uint8Array,
  ciphertext: Uint8Array,
  publicKey: Uint8Array,
  salt: Uint8Array,
): Uint8Array {
  const transcript = meshHash('bundle-recipient', 32, ciphertext, publicKey)
  return hkdfSha256(concat(sharedSecret, transcript), salt, utf8('bundle-recipient'), 32)
}
