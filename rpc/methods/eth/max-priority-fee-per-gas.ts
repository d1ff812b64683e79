import { z } from 'zod'

import { suggestTip } from '../../fee-suggestion.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const maxPriorityFeePerGas = defineMethod({
  name: 'eth_maxPriorityFeePerGas',
  summary: 'A priority fee per gas that recent blocks took, in wei.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: async (_, { chain }) => quantity(await suggestTip(chain)),
})
