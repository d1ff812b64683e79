import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { looseInteger } from '../../schema/loose.ts'
import { needed } from '../needed.ts'

export const increaseTime = defineMethod({
  name: 'evm_increaseTime',
  summary:
    'Moves time forward by seconds; gives by how many it was moved in all. Not kept over a restart.',
  params: z.tuple([looseInteger]),
  paramNames: ['seconds'],
  result: z.int().nonnegative(),
  writes: true,
  needs: 'dev',
  handler: ([seconds], { dev }) => Number(needed(dev).increaseTime(seconds)),
})
