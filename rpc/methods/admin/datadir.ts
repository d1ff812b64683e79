import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { administration } from './administration.ts'

export const datadir = defineMethod({
  name: 'admin_datadir',
  summary: 'The data folder.',
  params: z.tuple([]),
  paramNames: [],
  result: z.string(),
  handler: (_, { node }) => administration(node).data,
})
