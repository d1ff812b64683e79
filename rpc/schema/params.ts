import { z } from 'zod'

/**
 * What callers send. Hexadecimal is strict as in Ethereum's own document: a prefix always, quantities
 * without leading zeros, data in whole bytes.
 *
 * @see https://ethereum.github.io/execution-apis/
 */
import type { BlockRef } from '#chain'

import { quickly, unsure } from './quick.ts'

function pattern(form: RegExp, error: string) {
  return z.string({ error }).regex(form, { error })
}

/** What `decode` makes of a text of this form. */
function decoded<Output>(form: RegExp, error: string, decode: (text: string) => Output) {
  return quickly(pattern(form, error).transform(decode), (value) =>
    typeof value === 'string' && form.test(value) ? (decode(value) as Awaited<Output>) : unsure,
  )
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.fromHex(text.slice(2))
}

/** As `bytesOf` for a text whose pattern was held: thrice as fast on a few bytes. */
function wordOf(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2)
  for (let at = 0; at < bytes.length; at++) {
    const high = nibble(text.charCodeAt(2 * at + 2))
    bytes[at] = 16 * high + nibble(text.charCodeAt(2 * at + 3))
  }
  return bytes
}

/** The letters of either case are 1 to 6 in their low three bits. */
function nibble(charCode: number): number {
  return charCode < 0x3a ? charCode - 0x30 : (charCode & 7) + 9
}

export const address = decoded(
  /^0x[0-9a-fA-F]{40}$/,
  'must be an address: 0x and 40 hexadecimal digits',
  wordOf,
)

const hashForm = /^0x[0-9a-fA-F]{64}$/
const hashError = 'must be a hash: 0x and 64 hexadecimal digits'

export const hash = decoded(hashForm, hashError, wordOf)

const dataForm = 'must be data: 0x and an even number of hexadecimal digits'

/** Decoded in one pass: data may be a megabyte, and a pattern would read it twice. */
export const data = quickly(
  z.string({ error: dataForm }).transform((text, context) => {
    const bytes = dataOf(text)
    if (bytes !== unsure) return bytes
    context.addIssue({ code: 'custom', message: dataForm })
    return z.NEVER
  }),
  (value) => (typeof value === 'string' ? dataOf(value) : unsure),
)

function dataOf(text: string): Uint8Array | typeof unsure {
  if (!text.startsWith('0x')) return unsure
  try {
    return bytesOf(text)
  } catch {
    return unsure
  }
}

const quantityForm = 'must be a quantity: 0x and hexadecimal digits without leading zeros'

/** Below 2^256. */
export const quantity = decoded(
  /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/,
  `${quantityForm}, at most 64`,
  BigInt,
)

/** Below 2^64. */
export const quantity64 = decoded(
  /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,15})$/,
  `${quantityForm}, at most 16`,
  BigInt,
)

const millisecondsForm = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,7})$/
const millisecondsError = 'must be a number of milliseconds, below 2^32 as a quantity'

/** A time, as a number or as a quantity. */
export const milliseconds = z
  .union([z.int().nonnegative(millisecondsError), pattern(millisecondsForm, millisecondsError)], {
    error: millisecondsError,
  })
  .transform(Number)

/** Below 2^32: positions in lists. */
export const index = decoded(
  /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,7})$/,
  `${quantityForm}, at most 8`,
  Number,
)

/** Of a filter or a subscription. */
export const identifier = pattern(
  /^0x[0-9a-f]{1,64}$/,
  'must be an id: 0x and at most 64 hexadecimal digits',
)

const numberOrTagForm =
  /^(?:0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,15})|earliest|latest|safe|finalized|pending)$/
const anyBlockForm =
  /^(?:0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,15}|[0-9a-fA-F]{64})|earliest|latest|safe|finalized|pending)$/

const numberOrTagError =
  'must be a block number (0x...), or earliest, latest, safe, finalized or pending'
const anyBlockError =
  'must be a block number (0x...), a block hash, earliest, latest, safe, finalized or pending, or one of { blockNumber } and { blockHash, requireCanonical }'

function textRef(text: string): BlockRef {
  if (!text.startsWith('0x')) return text as Exclude<BlockRef, object>
  return text.length === 66 ? { hash: wordOf(text) } : { number: BigInt(text) }
}

const numberOrTagText = pattern(numberOrTagForm, numberOrTagError)

/** A block by number or tag. */
export const numberedBlock = numberOrTagText.transform(textRef)

const anyBlock = z.union(
  [
    pattern(anyBlockForm, anyBlockError),
    z.strictObject({ blockNumber: pattern(numberOrTagForm, numberOrTagError) }),
    z.strictObject({
      blockHash: pattern(hashForm, hashError),
      requireCanonical: z.boolean().nullish(),
    }),
  ],
  { error: anyBlockError },
)

function ref(value: z.output<typeof anyBlock>): BlockRef {
  if (typeof value === 'string') return textRef(value)
  return textRef('blockHash' in value ? value.blockHash : value.blockNumber)
}

/**
 * A block by number, tag or hash. Executed blocks are never reorganised: every known hash is
 * canonical, with or without requireCanonical.
 *
 * @see EIP-1898
 */
export const block = quickly(anyBlock.transform(ref), textBlock)

/** `block`, `latest` when left out. */
export const blockOrLatest = quickly(
  anyBlock
    .nullish()
    .transform((value): BlockRef =>
      value === undefined || value === null ? 'latest' : ref(value),
    ),
  textBlock,
)

function textBlock(value: unknown): BlockRef | typeof unsure {
  return typeof value === 'string' && anyBlockForm.test(value) ? textRef(value) : unsure
}

/** Up to 32 bytes, as a word, with the form in which a proof repeats it. */
export const slot = decoded(
  /^0x[0-9a-fA-F]{0,64}$/,
  'must be a storage key: 0x and at most 64 hexadecimal digits',
  (text) => {
    const digits = text.slice(2).toLowerCase()
    const word = digits.padStart(64, '0')
    return {
      word: Uint8Array.fromHex(word),
      echo: digits.length > 62 ? `0x${word}` : `0x${BigInt(`0x0${digits}`).toString(16)}`,
    }
  },
)
