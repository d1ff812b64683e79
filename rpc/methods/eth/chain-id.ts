import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const chainId = defineMethod({
  name: 'eth_chainId',
  summary: 'Id of the chain, signed into every transaction.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: (_, { chain }) => quantity(chain.chainId),
})
