import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const listening = defineMethod({
  name: 'net_listening',
  summary: 'Whether the node takes connections from peers.',
  params: z.tuple([]),
  paramNames: [],
  result: z.boolean(),
  // No part of the node takes peers.
  handler: () => false,
})
