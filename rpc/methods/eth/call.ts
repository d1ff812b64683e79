import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { blockOverrides, overridesOf, stateOverrides } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
import { metered, workOf } from '../metered.ts'
import { succeeded } from '../succeeded.ts'

export const call = defineMethod({
  name: 'eth_call',
  summary: 'Output of a message call, executed on the state of a block and forgotten.',
  params: z.tuple([
    messageObject,
    blockOrLatest,
    stateOverrides.nullish(),
    blockOverrides.nullish(),
  ]),
  paramNames: ['transaction', 'block', 'stateOverrides', 'blockOverrides'],
  result: results.data,
  long: true,
  brief: true,
  handler: async ([transaction, block, state, header], { chain, reads, spend }) => {
    const request = callRequest(transaction, chain.chainId)
    const read = reads.call(request, block, overridesOf(state, header))
    const result = await metered(spend, request.gas, read, workOf)
    return hex(succeeded(known(result, block)).output)
  },
})
