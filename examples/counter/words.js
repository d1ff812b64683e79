// @ts-check
/** Words of 32 bytes, big-endian, and hexadecimal. */

const modulus = 2n ** 256n

/** @param {bigint} number Modulo 2^256. */
export function wordOf(number) {
  return fromHex((((number % modulus) + modulus) % modulus).toString(16).padStart(64, '0'))
}

/** @param {Uint8Array} bytes */
export function numberOf(bytes) {
  return BigInt(`0x0${toHex(bytes)}`)
}

/** @param {Uint8Array} bytes At most 32. */
export function padded(bytes) {
  const word = new Uint8Array(32)
  word.set(bytes, 32 - bytes.length)
  return word
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** @param {string} digits */
export function fromHex(digits) {
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  )
}
