import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const clientVersion = defineMethod({
  name: 'web3_clientVersion',
  summary: 'Name and version of this node.',
  params: z.tuple([]),
  paramNames: [],
  result: z.string(),
  handler: (_, context) => context.clientVersion,
})
