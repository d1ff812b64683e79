import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { absent } from './traced.ts'

export const getRawReceipts = defineMethod({
  name: 'debug_getRawReceipts',
  summary: 'The receipts of a block, each as receiptsRoot commits to it (EIP-2718).',
  cost: 10,
  params: z.tuple([block]),
  paramNames: ['block'],
  result: z.array(results.data),
  handler: async ([ref], { reads }) => {
    const receipts = await reads.rawReceipts(ref)
    if (receipts === undefined) throw absent(ref)
    return receipts.map(hex)
  },
})
