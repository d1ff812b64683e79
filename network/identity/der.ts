/** The little of DER that a self-signed certificate needs. @see ITU-T X.690 */
import { concat, trimmed, utf8 } from '#base'

const integerTag = 0x02
const bitStringTag = 0x03
const utf8StringTag = 0x0c
const generalizedTimeTag = 0x18
const sequenceTag = 0x30
const setTag = 0x31

function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = concat(...contents)
  return concat(Uint8Array.of(tag), length(content.length), content)
}

function length(bytes: number): Uint8Array {
  if (bytes < 0x80) return Uint8Array.of(bytes)
  const digits = trimmed(bytes)
  return concat(Uint8Array.of(0x80 + digits.length), digits)
}

export function sequence(...members: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return element(sequenceTag, ...members)
}

export function set(...members: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return element(setTag, ...members)
}

/** A context-specific, constructed element `[number]`. */
export function explicit(
  number: number,
  ...members: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return element(0xa0 + number, ...members)
}

/** @param value 0..127. */
export function integer(value: number): Uint8Array<ArrayBuffer> {
  return element(integerTag, Uint8Array.of(value))
}

/** A bit string without unused bits. */
export function bitString(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return element(bitStringTag, Uint8Array.of(0), bytes)
}

export function utf8String(text: string): Uint8Array<ArrayBuffer> {
  return element(utf8StringTag, utf8(text))
}

/** @param text `YYYYMMDDHHMMSSZ`. */
export function generalizedTime(text: string): Uint8Array<ArrayBuffer> {
  return element(generalizedTimeTag, utf8(text))
}
