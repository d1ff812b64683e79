import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { blockOverrides, overridesOf, stateOverrides } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
import { metered, workOf } from '../metered.ts'
import { succeeded } from '../succeeded.ts'

export const estimateGas = defineMethod({
  name: 'eth_estimateGas',
  summary: 'Gas limit with which a transaction would succeed, authentication included.',
  differs:
    'the gas of authentication is part of it: `pqAlgorithm` or `pqPublicKey` say for which key.',
  params: z.tuple([
    messageObject,
    blockOrLatest,
    stateOverrides.nullish(),
    blockOverrides.nullish(),
  ]),
  paramNames: ['transaction', 'block', 'stateOverrides', 'blockOverrides'],
  result: results.quantity,
  long: true,
  brief: true,
  cost: 30,
  handler: async ([transaction, block, state, header], { chain, reads, spend }) => {
    const request = callRequest(transaction, chain.chainId)
    const read = reads.estimateGas(request, block, overridesOf(state, header))
    const estimate = await metered(spend, undefined, read, workOf)
    return quantity(succeeded(known(estimate, block)).gasUsed)
  },
})
