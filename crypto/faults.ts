import { Fault } from '#base'

/**
 * - `CRYPTO_LENGTH`: `what` has `actual` bytes where the standard asks for `expected`.
 * - `CRYPTO_KEY_INVALID`: the bytes have the right length and are no key of `algorithm`.
 * - `CRYPTO_OPEN_FAILED`: wrong key, nonce or associated data, or a changed ciphertext.
 * - `CRYPTO_PARAMETER`: `what` is outside the range that the standard or a limit allows.
 * - `CRYPTO_ALGORITHM`: not an algorithm offered here.
 * - `CRYPTO_CONTEXT`: not one of the closed set of contexts.
 */
export type CryptoFault = Fault<
  | {
      readonly code: 'CRYPTO_LENGTH'
      readonly what: string
      readonly expected: number
      readonly actual: number
    }
  | { readonly code: 'CRYPTO_KEY_INVALID'; readonly algorithm: string }
  | { readonly code: 'CRYPTO_OPEN_FAILED'; readonly cipher: string }
  | { readonly code: 'CRYPTO_PARAMETER'; readonly what: string; readonly value: number }
  | { readonly code: 'CRYPTO_ALGORITHM'; readonly algorithm: string }
  | { readonly code: 'CRYPTO_CONTEXT'; readonly context: string }
>

/** Throws `CRYPTO_LENGTH` unless `bytes` has exactly `expected` bytes. */
export function checkLength(what: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) {
    throw new Fault(
      { code: 'CRYPTO_LENGTH', what, expected, actual: bytes.length },
      `pass exactly ${expected} bytes`,
    )
  }
}

/** Throws `CRYPTO_PARAMETER` unless `value` is an integer within `least..most`. */
export function checkRange(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Fault({ code: 'CRYPTO_PARAMETER', what, value }, `pass an integer ${least}..${most}`)
  }
}
