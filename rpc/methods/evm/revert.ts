import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { looseInteger } from '../../schema/loose.ts'
import { needed } from '../needed.ts'

export const revert = defineMethod({
  name: 'evm_revert',
  summary:
    'Goes back to a snapshot: blocks, state, indexes and time; the pool is emptied. False where there is no such snapshot.',
  params: z.tuple([looseInteger]),
  paramNames: ['snapshot'],
  result: z.boolean(),
  writes: true,
  needs: 'dev',
  handler: ([id], { dev }) => needed(dev).revert(id),
})
