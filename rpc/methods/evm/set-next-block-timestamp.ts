import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { looseInteger } from '../../schema/loose.ts'
import { needed } from '../needed.ts'

export const setNextBlockTimestamp = defineMethod({
  name: 'evm_setNextBlockTimestamp',
  summary:
    'Seconds since 1970 of the next block, not before the head; time goes on from there. Not kept over a restart.',
  params: z.tuple([looseInteger]),
  paramNames: ['timestamp'],
  result: z.null(),
  writes: true,
  needs: 'dev',
  async handler([timestamp], { dev }) {
    await needed(dev).setNextBlockTimestamp(timestamp)
    return null
  },
})
