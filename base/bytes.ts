import { Fault } from './fault.ts'

/** `0x`-prefixed lower-case hexadecimal. */
export type Hex = `0x${string}`

export const empty = new Uint8Array(0)

export function hex(bytes: Uint8Array): Hex {
  return `0x${bytes.toHex()}`
}

/** Whether `text` is `0x` and an even number of hexadecimal digits of any case. */
export function isHex(text: string): text is Hex {
  return /^0x(?:[0-9a-fA-F]{2})*$/.test(text)
}

/** Parses what `isHex`. Throws `BASE_NOT_HEX`. */
export function unhex(text: string): Uint8Array<ArrayBuffer> {
  if (!isHex(text)) throw new Fault({ code: 'BASE_NOT_HEX', text: text.slice(0, 80) })
  return Uint8Array.fromHex(text.slice(2))
}

/** A number as Ethereum's JSON has it: no leading zeros, zero is `0x0`. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const part of parts) size += part.length
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Lexicographic order: negative, zero or positive. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The big-endian number in `bytes`; zero for none. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(hex(bytes))
}

/** `value` as big-endian bytes without leading zeros (zero = no bytes). */
export function trimmed(value: bigint | number): Uint8Array<ArrayBuffer> {
  if (value < 0) throw new RangeError('negative')
  if (BigInt(value) === 0n) return new Uint8Array(0)
  const digits = value.toString(16)
  return Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`)
}

/** `value` as big-endian bytes of exactly `size`. */
export function fixed(value: bigint | number, size: number): Uint8Array<ArrayBuffer> {
  if (value < 0) throw new RangeError('negative')
  const digits = value.toString(16)
  if (digits.length > size * 2) throw new RangeError(`${value} exceeds ${size} bytes`)
  return Uint8Array.fromHex(digits.padStart(size * 2, '0'))
}

/** `bytes` behind zeros, `size` in all. */
export function padLeft(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (bytes.length > size) throw new RangeError(`${bytes.length} bytes exceed ${size}`)
  const padded = new Uint8Array(size)
  padded.set(bytes, size - bytes.length)
  return padded
}

/** `bytes` without leading zeros. */
export function trimLeft(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  return start === 0 ? bytes : bytes.subarray(start)
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
