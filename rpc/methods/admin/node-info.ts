import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { hash } from '../../schema/results.ts'
import { administration } from './administration.ts'

export const nodeInfo = defineMethod({
  name: 'admin_nodeInfo',
  summary: 'Who this node is to others, and where they reach it.',
  params: z.tuple([]),
  paramNames: [],
  result: z.strictObject({
    id: z.string().nullable(),
    name: z.string(),
    listenAddrs: z.array(z.string()),
    protocols: z.strictObject({
      pars: z.strictObject({ network: z.int(), genesis: hash, head: hash }),
    }),
  }),
  handler(_, { chain, node, clientVersion }) {
    const { network } = administration(node)
    return {
      id: network?.peer ?? null,
      name: clientVersion,
      listenAddrs: [...(network?.addresses() ?? [])],
      protocols: {
        pars: {
          network: Number(chain.chainId),
          genesis: hex(chain.genesisHash),
          head: hex(chain.head.hash),
        },
      },
    }
  },
})
