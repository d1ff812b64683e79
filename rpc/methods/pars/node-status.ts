import { z } from 'zod'

import { defineMethod } from '../../method.ts'

const count = z.int().nonnegative()

export const nodeStatus = defineMethod({
  name: 'pars_nodeStatus',
  summary: 'How this node takes part in its network.',
  params: z.tuple([]),
  paramNames: [],
  result: z.strictObject({
    role: z.enum(['sealer', 'follower', 'validator']),
    peers: count,
    consensus: z
      .strictObject({
        epoch: count,
        author: count.nullable(),
        standing: z.string(),
        execution: z.string(),
        round: count,
        committed: count,
        executed: count,
        certified: count,
        finalized: count,
        sync: z.strictObject({ from: count, to: count }).nullable(),
        isIdle: z.boolean(),
        retained: z.strictObject({
          commits: count,
          bytes: count,
          bytesPerDay: z.number().nullable(),
        }),
        validators: z
          .array(z.strictObject({ peer: z.string(), isConnected: z.boolean(), round: count }))
          .readonly(),
      })
      .nullable(),
  }),
  handler: (_, { node }) => node.status(),
})
