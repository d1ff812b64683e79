import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { networkOf } from './administration.ts'

const cure = 'give /ip4/<address>/tcp/<port>/p2p/<PeerId>'

export const addPeer = defineMethod({
  name: 'admin_addPeer',
  summary: 'Stays connected to a node from now on, until this one stops.',
  params: z.tuple([
    z.string(cure).regex(/^\/(?:ip4|ip6|dns[46]?)\/[^/]+\/tcp\/\d{1,5}\/p2p\/Qm\w{44}$/, cure),
  ]),
  paramNames: ['address'],
  result: z.literal(true),
  handler([address], { node }) {
    networkOf(node).add(address)
    return true as const
  },
})
