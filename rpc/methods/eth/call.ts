import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { blockOverrides, overridesOf, stateOverrides } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
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
  handler: async ([transaction, block, state, header], { chain, reads }) => {
    const request = callRequest(transaction, chain.chainId)
    return hex(
      succeeded(known(await reads.call(request, block, overridesOf(state, header)), block)).output,
    )
  },
})
