import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { callObject, callRequest } from '../../schema/call.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
import { succeeded } from '../succeeded.ts'

export const call = defineMethod({
  name: 'eth_call',
  summary: 'Output of a message call, executed on the state of a block and forgotten.',
  params: z.tuple([callObject, blockOrLatest]),
  paramNames: ['transaction', 'block'],
  result: results.data,
  long: true,
  handler: async ([transaction, block], { chain }) => {
    const request = callRequest(transaction, chain.chainId)
    return hex(succeeded(known(await chain.reads.call(request, block), block)).output)
  },
})
