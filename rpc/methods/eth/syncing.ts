import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const syncing = defineMethod({
  name: 'eth_syncing',
  summary: 'Progress of catching up with the network; false when there is nothing to catch up.',
  params: z.tuple([]),
  paramNames: [],
  result: z.literal(false),
  handler: () => false as const,
})
