import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const peers = defineMethod({
  name: 'pars_peers',
  summary: 'The nodes that this one is connected to.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(
    z.strictObject({
      peer: z.string(),
      address: z.string(),
      direction: z.enum(['inbound', 'outbound']),
      isReserved: z.boolean(),
      client: z.string(),
      head: z.int().nonnegative(),
    }),
  ),
  handler: (_, { node }) => [...node.peers()],
})
