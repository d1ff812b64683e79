import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const baseFee = defineMethod({
  name: 'eth_baseFee',
  summary: 'Base fee per gas of the next block, in wei.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: (_, { chain }) => quantity(chain.nextBaseFee),
})
