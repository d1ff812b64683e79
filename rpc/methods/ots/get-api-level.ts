import { z } from 'zod'

import { defineMethod } from '../../method.ts'

/** Of the methods that Otterscan asks for. */
const level = 8 as const

export const getApiLevel = defineMethod({
  name: 'ots_getApiLevel',
  summary: 'The version of the interface that Otterscan talks to.',
  params: z.tuple([]),
  paramNames: [],
  result: z.literal(level),
  handler: () => level,
})
