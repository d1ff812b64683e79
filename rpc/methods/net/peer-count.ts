import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const peerCount = defineMethod({
  name: 'net_peerCount',
  summary: 'How many nodes this one is connected to.',
  params: z.tuple([]),
  paramNames: [],
  result: results.quantity,
  handler: (_, { node }) => quantity(node.status().peers),
})
