import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import * as results from '../../schema/results.ts'

export const coinbase = defineMethod({
  name: 'eth_coinbase',
  summary: 'Account that receives what blocks earn. In Pars it is the same for every block.',
  params: z.tuple([]),
  paramNames: [],
  result: results.address,
  handler: (_, { chain }) => hex(chain.head.header.beneficiary),
})
