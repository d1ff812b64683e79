import { z } from 'zod'

/**
 * A whole number as the test tools of Ethereum send it to a development node: as a number, in decimal
 * or in hexadecimal, leading zeros and all.
 */
const form = /^(?:0x[0-9a-fA-F]{1,16}|\d{1,19})$/
const error = 'must be a whole number below 2^63: 12, "12" or "0xc"'
const above = 2n ** 63n

export const looseInteger = z
  .union([z.int().nonnegative(error), z.string().regex(form, { error })], { error })
  .transform((value) => BigInt(value))
  .refine((value) => value < above, { error })
