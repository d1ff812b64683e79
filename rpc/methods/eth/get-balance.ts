import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { address, blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

export const getBalance = defineMethod({
  name: 'eth_getBalance',
  summary: 'Balance of an account, in wei.',
  params: z.tuple([address, blockOrLatest]),
  paramNames: ['address', 'block'],
  result: results.quantity,
  handler: async ([account, block], { reads }) =>
    quantity(known(await reads.balance(account, block), block)),
})
