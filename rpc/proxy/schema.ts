import { z } from 'zod'

import { utf8 } from '#base'

import { parseJson } from '../json.ts'
import { limits } from '../limits.ts'
import { callObject } from '../schema/call.ts'
import { quantity64 } from '../schema/params.ts'

/** A transaction to fill in, sign and send. */
export const transaction = callObject.extend({ validUntil: quantity64.nullish() })

/** Data in hexadecimal; any other text stands for its UTF-8, as wallets take it. */
export const message = z
  .string({ error: 'must be a string' })
  .transform((text) =>
    /^0x(?:[0-9a-fA-F]{2})*$/.test(text) ? Uint8Array.fromHex(text.slice(2)) : utf8(text),
  )

const struct = z.record(z.string(), z.unknown())

const typedDataObject = z.object(
  {
    types: z.record(z.string(), z.array(z.object({ name: z.string(), type: z.string() }))),
    primaryType: z.string(),
    domain: struct,
    message: struct,
  },
  { error: 'must be an object with types, primaryType, domain and message, or its JSON' },
)

const bounds = {
  requestDepth: limits.requestDepth.value,
  requestValues: limits.requestValues.value,
}

/** The object, or the JSON of it. */
export const typedData = z.preprocess((given) => {
  if (typeof given !== 'string') return given
  try {
    return parseJson(given, bounds)
  } catch {
    return undefined
  }
}, typedDataObject)
