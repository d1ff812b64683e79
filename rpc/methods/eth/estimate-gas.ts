import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { callObject, callRequest } from '../../schema/call.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
import { succeeded } from '../succeeded.ts'

export const estimateGas = defineMethod({
  name: 'eth_estimateGas',
  summary: 'Gas limit with which a transaction would succeed, authentication included.',
  params: z.tuple([callObject, blockOrLatest]),
  paramNames: ['transaction', 'block'],
  result: results.quantity,
  long: true,
  handler: async ([transaction, block], { chain }) => {
    const request = callRequest(transaction, chain.chainId)
    const estimate = known(await chain.reads.estimateGas(request, block), block)
    return quantity(succeeded(estimate).gasUsed)
  },
})
