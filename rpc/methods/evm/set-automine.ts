import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { needed } from '../needed.ts'

export const setAutomine = defineMethod({
  name: 'evm_setAutomine',
  summary: 'True: a block for each transaction, at once. False: none but those of evm_mine.',
  params: z.tuple([z.boolean({ error: 'must be true or false' })]),
  paramNames: ['enabled'],
  result: z.literal(true),
  writes: true,
  needs: 'dev',
  async handler([isOn], { dev }) {
    await needed(dev).setAutomine(isOn)
    return true as const
  },
})
