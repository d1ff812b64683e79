import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const blockNumber = defineMethod({
  name: 'eth_blockNumber',
  summary: 'Number of the latest block.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: (_, { chain }) => quantity(chain.head.header.number),
})
