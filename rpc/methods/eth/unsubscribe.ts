import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { identifier } from '../../schema/params.ts'
import { openSession } from './subscribe.ts'

export const unsubscribe = defineMethod({
  name: 'eth_unsubscribe',
  summary: 'Ends a subscription of this connection; false when there was none.',
  params: z.tuple([identifier]),
  paramNames: ['subscription'],
  result: z.boolean(),
  handler: ([id], context) => openSession(context).unsubscribe(id),
})
