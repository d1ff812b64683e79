import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { looseInteger } from '../../schema/loose.ts'
import { needed } from '../needed.ts'

export const setIntervalMining = defineMethod({
  name: 'evm_setIntervalMining',
  summary:
    'A block every so many milliseconds, empty where the pool has nothing. 0: none but those of evm_mine.',
  params: z.tuple([looseInteger]),
  paramNames: ['milliseconds'],
  result: z.literal(true),
  writes: true,
  needs: 'dev',
  async handler([milliseconds], { dev }) {
    await needed(dev).setIntervalMining(Number(milliseconds))
    return true as const
  },
})
