import { z } from 'zod'

/** The scalars of a genesis document. Every message says what to write instead. */
import { type Hex, isHex, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { limits } from './limits.ts'

const decimal = /^(?:0|[1-9]\d{0,77})$/
const hexadecimal = /^0x[0-9a-fA-F]{1,64}$/

/** A whole number as a JSON number, decimal digits or 0x-hexadecimal: one value, whatever its form. */
export function integer(least: bigint, most: bigint): z.ZodType<bigint, number | string> {
  const cure = `give a whole number from ${least} to ${most}`
  return z.union([z.number(), z.string()], cure).transform((text, context) => {
    const value = parseInteger(text)
    if (value !== undefined && value >= least && value <= most) return value
    context.addIssue(cure)
    return z.NEVER
  })
}

function parseInteger(value: number | string): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  return decimal.test(value) || hexadecimal.test(value) ? BigInt(value) : undefined
}

/** 0x-hexadecimal of `size` bytes, or of at most `most`; `source` says where it comes from. */
export function bytes(
  size: { least: number; most: number },
  source?: string,
): z.ZodType<Uint8Array, string> {
  const { least, most } = size
  const cure =
    source ?? `give 0x and ${least === most ? '' : 'at most '}${most * 2} hexadecimal digits`
  return z.string(cure).transform((text, context) => {
    const digits = text.length - 2
    const fits = digits >= least * 2 && digits <= most * 2
    if (fits && isHex(text)) return unhex(text)
    context.addIssue(cure)
    return z.NEVER
  })
}

export const word = bytes({ least: 32, most: 32 })

/** 20 bytes. Where its letters are of both cases, they are the checksum of EIP-55. */
export const address: z.ZodType<Uint8Array, string> = z.string().transform((text, context) => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) {
    context.addIssue('give an address: 0x and 40 hexadecimal digits')
    return z.NEVER
  }
  if (/[a-f]/.test(text) && /[A-F]/.test(text) && text !== checksummed(text)) {
    context.addIssue('correct the address: its checksum (EIP-55) is wrong')
    return z.NEVER
  }
  return unhex(text)
})

function checksummed(text: string): Hex {
  const digits = text.slice(2).toLowerCase()
  const hash = keccak256(utf8(digits)).toHex()
  const cased = Array.from(digits, (digit, index) =>
    (hash[index] ?? '0') >= '8' ? digit.toUpperCase() : digit,
  )
  return `0x${cased.join('')}`
}

/** A name that fits into one line and hides nothing. */
export const name: z.ZodType<string, string> = z
  .string('give a name')
  .regex(
    new RegExp(String.raw`^[\p{L}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{N}\p{P}\p{S}]+)*$`, 'u'),
    'give a name of visible characters, with single spaces between words',
  )
  .max(limits.nameLength.value, `give a name of at most ${limits.nameLength.value} characters`)
