import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const blobBaseFee = defineMethod({
  name: 'eth_blobBaseFee',
  summary: 'Base fee per blob gas, in wei. Zero in Pars, where there are no blobs.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: (_, { chain }) => quantity(chain.blobBaseFee ?? 0n),
})
