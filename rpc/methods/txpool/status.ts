import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const status = defineMethod({
  name: 'txpool_status',
  summary: 'How many transactions can run now, and how many wait for a nonce that is missing.',
  params: z.tuple([]),
  paramNames: [],
  result: z.strictObject({ pending: results.quantity, queued: results.quantity }),
  handler: (_, { chain }) => {
    const listed = chain.pool.list()
    const pending = listed.filter(({ isExecutable }) => isExecutable).length
    return { pending: quantity(pending), queued: quantity(listed.length - pending) }
  },
})
