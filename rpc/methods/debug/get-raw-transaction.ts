import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getRawTransaction = defineMethod({
  name: 'debug_getRawTransaction',
  summary: 'The bytes of a transaction, in a block or in the pool; 0x when it is unknown.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.data,
  handler: async ([id], { chain, reads }) => {
    const found = await reads.transaction(id)
    const wire = found?.transaction.wire ?? chain.pool.byHash(id)?.wire
    return wire === undefined ? '0x' : hex(wire)
  },
})
