import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { identifier } from '../../schema/params.ts'

export const uninstallFilter = defineMethod({
  name: 'eth_uninstallFilter',
  summary: 'Ends a filter; false when there was none.',
  params: z.tuple([identifier]),
  paramNames: ['filter'],
  result: z.boolean(),
  handler: ([id], { filters }) => filters.remove(id),
})
