import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { numberedBlock } from '../../schema/params.ts'
import { blockTrace, traceConfig, traceOptions } from '../../schema/trace.ts'
import { ofBlock } from './traced.ts'

export const traceBlockByNumber = defineMethod({
  name: 'debug_traceBlockByNumber',
  summary: 'As debug_traceTransaction, of each transaction of a block.',
  params: z.tuple([numberedBlock, traceOptions]),
  paramNames: ['block', 'options'],
  result: blockTrace,
  long: true,
  cost: 200,
  handler: ([ref, options], { reads, spend }) =>
    ofBlock(reads.traceBlock(ref, traceConfig(options)), ref, spend),
})
