import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'
import { needed } from '../needed.ts'

export const snapshot = defineMethod({
  name: 'evm_snapshot',
  summary:
    'Remembers the chain as it is; evm_revert goes back to it, once. Not kept over a restart.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  writes: true,
  needs: 'dev',
  handler: async (_, { dev }) => quantity(await needed(dev).snapshot()),
})
