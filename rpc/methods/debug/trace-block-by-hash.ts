import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { hash } from '../../schema/params.ts'
import { blockTrace, traceConfig, traceOptions } from '../../schema/trace.ts'
import { ofBlock } from './traced.ts'

export const traceBlockByHash = defineMethod({
  name: 'debug_traceBlockByHash',
  summary: 'As debug_traceTransaction, of each transaction of a block.',
  params: z.tuple([hash, traceOptions]),
  paramNames: ['hash', 'options'],
  result: blockTrace,
  long: true,
  cost: 200,
  handler: ([blockHash, options], { reads, spend }) => {
    const ref = { hash: blockHash }
    return ofBlock(reads.traceBlock(ref, traceConfig(options)), ref, spend)
  },
})
