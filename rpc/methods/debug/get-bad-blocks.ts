import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const getBadBlocks = defineMethod({
  name: 'debug_getBadBlocks',
  summary:
    'Always empty: a node makes its blocks from what is ordered, and takes none from others.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(z.never()),
  handler: () => [],
})
