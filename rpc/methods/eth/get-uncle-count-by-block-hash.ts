import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getUncleCountByBlockHash = defineMethod({
  name: 'eth_getUncleCountByBlockHash',
  summary: 'Number of ommers of a block: zero on Pars; null when there is no such block.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.quantity.nullable(),
  handler: async ([block], { reads }) => {
    const found = await reads.counts({ hash: block })
    return found === undefined ? null : quantity(found.ommers)
  },
})
