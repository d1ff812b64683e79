import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const listening = defineMethod({
  name: 'net_listening',
  summary: 'Whether the node takes connections from peers.',
  params: z.tuple([]),
  paramNames: [],
  result: z.boolean(),
  handler: (_, { node }) => node.status().role !== 'sealer',
})
