import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { overridesOf } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import { trace, traceCallOptions, traceConfig } from '../../schema/trace.ts'
import { ofBlock } from './traced.ts'

export const traceCall = defineMethod({
  name: 'debug_traceCall',
  summary:
    'As debug_traceTransaction, of a message call on the state of a block: with overrides, and with txIndex in the middle of it.',
  params: z.tuple([messageObject, blockOrLatest, traceCallOptions]),
  paramNames: ['transaction', 'block', 'options'],
  result: trace,
  long: true,
  cost: 100,
  handler: ([transaction, ref, options], { chain, reads, spend }) => {
    const request = callRequest(transaction, chain.chainId)
    const overrides = overridesOf(options?.stateOverrides, options?.blockOverrides)
    const index = options?.txIndex ?? undefined
    const read = reads.traceCall(request, ref, traceConfig(options), overrides, index)
    return ofBlock(read, ref, spend)
  },
})
