import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const peers = defineMethod({
  name: 'admin_peers',
  summary: 'The nodes that this one is connected to, with their addresses.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      network: z.strictObject({
        remoteAddress: z.string(),
        inbound: z.boolean(),
        trusted: z.boolean().meta({ description: 'of the committee, or named by the operator' }),
      }),
      protocols: z.strictObject({ pars: z.strictObject({ height: z.int().nonnegative() }) }),
    }),
  ),
  handler: (_, { node }) =>
    node.peers().map(({ peer, client, address, direction, isReserved, head }) => ({
      id: peer,
      name: client,
      network: { remoteAddress: address, inbound: direction === 'inbound', trusted: isReserved },
      protocols: { pars: { height: head } },
    })),
})
