import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto'

import { checkRange } from './faults.ts'
import { limits } from './limits.ts'

type Digest = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>
type ExtendableOutput = (bytes: Uint8Array, outBytes: number) => Uint8Array<ArrayBuffer>

/** 32 bytes. @see FIPS 180-4 §6.2 */
export const sha256: Digest = digest('sha256')
/** 64 bytes. @see FIPS 180-4 §6.4 */
export const sha512: Digest = digest('sha512')
/** 32 bytes. @see FIPS 202 §6.1 */
export const sha3_256: Digest = digest('sha3-256')
/** 64 bytes. @see FIPS 202 §6.1 */
export const sha3_512: Digest = digest('sha3-512')
/** Throws `CRYPTO_PARAMETER` above `limits.xofOutput`. @see FIPS 202 §6.2 */
export const shake128: ExtendableOutput = extendable('shake128')
/** Throws `CRYPTO_PARAMETER` above `limits.xofOutput`. @see FIPS 202 §6.2 */
export const shake256: ExtendableOutput = extendable('shake256')

function digest(name: string): Digest {
  return (bytes) => new Uint8Array(hash(name, bytes, 'buffer'))
}

function extendable(name: string): ExtendableOutput {
  return (bytes, outBytes) => {
    checkRange('output bytes', outBytes, 0, limits.xofOutput.value)
    const options = { outputEncoding: 'buffer', outputLength: outBytes } as const
    return new Uint8Array(hash(name, bytes, options))
  }
}

/** 32 bytes. @see RFC 2104 */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac('sha256', key).update(bytes).digest())
}

/**
 * @param info At most 1024 bytes.
 * @param length 1..8160 bytes.
 * @throws `CRYPTO_PARAMETER`
 * @see RFC 5869
 */
export function hkdfSha256(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  checkRange('info bytes', info.length, 0, 1024)
  checkRange('output bytes', length, 1, 255 * 32)
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, length))
}

/** Takes the same time wherever the first difference is; lengths are not hidden. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
