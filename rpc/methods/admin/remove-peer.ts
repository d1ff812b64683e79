import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { networkOf } from './administration.ts'

const cure = 'give its PeerId, or an address that ends in it'

export const removePeer = defineMethod({
  name: 'admin_removePeer',
  summary:
    'No longer stays connected to a node, and ends its connection unless it is of the committee. Whether it was one that the operator had named.',
  params: z.tuple([z.string(cure).regex(/(?:^|\/)Qm\w{44}$/, cure)]),
  paramNames: ['peer'],
  result: z.boolean(),
  handler: ([peer], { node }) => networkOf(node).remove(peer.slice(peer.lastIndexOf('/') + 1)),
})
