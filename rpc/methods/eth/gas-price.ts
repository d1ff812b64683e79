import { z } from 'zod'

import { suggestTip } from '../../fee-suggestion.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const gasPrice = defineMethod({
  name: 'eth_gasPrice',
  summary: 'A price per gas that the next blocks will take, in wei.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: async (_, { chain }) => quantity(chain.nextBaseFee + (await suggestTip(chain))),
})
