import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { absent } from './traced.ts'

export const getRawBlock = defineMethod({
  name: 'debug_getRawBlock',
  summary: 'A block in RLP: header, transactions, ommers, withdrawals.',
  cost: 10,
  params: z.tuple([block]),
  paramNames: ['block'],
  result: results.data,
  handler: async ([ref], { reads }) => {
    const bytes = await reads.rawBlock(ref)
    if (bytes === undefined) throw absent(ref)
    return hex(bytes)
  },
})
