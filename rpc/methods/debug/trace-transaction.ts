import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { hash } from '../../schema/params.ts'
import { trace, traceConfig, traceOptions } from '../../schema/trace.ts'
import { ofTransaction } from './traced.ts'

export const traceTransaction = defineMethod({
  name: 'debug_traceTransaction',
  summary:
    'What a transaction did, run again: every operation, or what callTracer, prestateTracer, 4byteTracer, noopTracer or muxTracer tells.',
  params: z.tuple([hash, traceOptions]),
  paramNames: ['hash', 'options'],
  result: trace,
  long: true,
  cost: 100,
  handler: ([transaction, options], { reads, spend }) =>
    ofTransaction(reads.traceTransaction(transaction, traceConfig(options)), spend),
})
