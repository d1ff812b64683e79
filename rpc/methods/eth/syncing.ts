import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
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
  handler(_, { chain, node }) {
    const sync = node.status().consensus?.sync
    if (sync === undefined || sync === null) return false as const
    const current = Number(chain.head.header.number)
    return {
      startingBlock: quantity(sync.from),
      currentBlock: quantity(current),
      highestBlock: quantity(Math.max(current, sync.to)),
    }
  },
})
