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
  handler: (_, { chain: { pool } }) => ({
    pending: quantity(pool.executable),
    queued: quantity(pool.size - pool.executable),
  }),
})
