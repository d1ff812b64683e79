import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { address, blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { entryAt } from '../at-head.ts'

export const getBalance = defineMethod({
  name: 'eth_getBalance',
  summary: 'Balance of an account, in wei.',
  params: z.tuple([address, blockOrLatest]),
  paramNames: ['address', 'block'],
  result: results.quantity,
  handler: ([account, block], context) =>
    entryAt(context, block, {
      here: (entries) => entries.balance(account),
      there: (reads) => reads.balance(account, block),
      render: quantity,
    }),
})
