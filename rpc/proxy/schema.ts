import { z } from 'zod'

import { messageBytes } from '#sdk'

import { parseJson } from '../json.ts'
import { limits } from '../limits.ts'
import { callObject } from '../schema/call.ts'

/** A transaction to fill in, sign and send. */
export const transaction = callObject

export const message = z.string({ error: 'must be a string' }).transform(messageBytes)

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
