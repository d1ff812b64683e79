import { createCipheriv, createDecipheriv } from 'node:crypto'

import { concat, empty, Fault } from '#base'

import { checkLength } from './faults.ts'

type Cipher = 'aes-256-gcm' | 'chacha20-poly1305'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** Authenticated encryption. A nonce must never serve twice under one key. */
export interface Aead {
  readonly keyBytes: 32
  readonly nonceBytes: 12
  readonly tagBytes: 16
  /** @returns Ciphertext, as long as the plaintext, and the tag. Throws `CRYPTO_LENGTH`. */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associated?: Uint8Array,
  ): Uint8Array<ArrayBuffer>
  /** @returns The plaintext. Throws `CRYPTO_OPEN_FAILED`; `CRYPTO_LENGTH` for the key or nonce. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associated?: Uint8Array,
  ): Uint8Array<ArrayBuffer>
}

/** @see RFC 8439 §2.8 */
export const chaCha20Poly1305: Aead = aead('chacha20-poly1305')
/** @see NIST SP 800-38D */
export const aes256Gcm: Aead = aead('aes-256-gcm')

function aead(cipher: Cipher): Aead {
  // The types know the authenticated ciphers by AES's names only; both take the same calls.
  const name = cipher as 'aes-256-gcm'
  const options = { authTagLength: tagBytes }
  return {
    keyBytes,
    nonceBytes,
    tagBytes,
    seal(key, nonce, plaintext, associated = empty) {
      checkKey(key, nonce)
      const state = createCipheriv(name, key, nonce, options).setAAD(associated)
      return concat(state.update(plaintext), state.final(), state.getAuthTag())
    },
    open(key, nonce, sealed, associated = empty) {
      checkKey(key, nonce)
      const end = sealed.length - tagBytes
      if (end < 0) throw refused(cipher)
      const state = createDecipheriv(name, key, nonce, options).setAAD(associated)
      state.setAuthTag(sealed.subarray(end))
      const plaintext = state.update(sealed.subarray(0, end))
      try {
        return concat(plaintext, state.final())
      } catch {
        plaintext.fill(0)
        throw refused(cipher)
      }
    },
  }
}

function checkKey(key: Uint8Array, nonce: Uint8Array): void {
  checkLength('key', key, keyBytes)
  checkLength('nonce', nonce, nonceBytes)
}

function refused(cipher: Cipher): Fault<{ code: 'CRYPTO_OPEN_FAILED'; cipher: Cipher }> {
  return new Fault(
    { code: 'CRYPTO_OPEN_FAILED', cipher },
    'the key, nonce or associated data differ, or the bytes were changed',
  )
}
