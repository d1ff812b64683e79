import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderProgress } from '../../render/progress.ts'
import * as results from '../../schema/results.ts'

export const syncing = defineMethod({
  name: 'eth_syncing',
  summary: 'Progress of catching up with the network; false when there is nothing to catch up.',
  params: z.tuple([]),
  paramNames: [],
  result: z.union([
    z.literal(false),
    z.strictObject({
      startingBlock: results.quantity,
      currentBlock: results.quantity,
      highestBlock: results.quantity,
    }),
  ]),
  handler: (_, { chain, node }) => renderProgress(node.status(), chain.head),
})
