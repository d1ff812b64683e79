import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const version = defineMethod({
  name: 'net_version',
  summary: 'Id of the chain, in decimal.',
  params: z.tuple([]),
  paramNames: [],
  result: z.string(),
  handler: (_, { chain }) => chain.chainId.toString(),
})
