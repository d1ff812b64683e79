import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { address, blockOrLatest, slot } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { entryAt } from '../at-head.ts'

export const getStorageAt = defineMethod({
  name: 'eth_getStorageAt',
  summary: 'One word of the storage of a contract.',
  params: z.tuple([address, slot, blockOrLatest]),
  paramNames: ['address', 'slot', 'block'],
  result: results.hash,
  handler: ([account, { word }, block], context) =>
    entryAt(context, block, {
      here: (entries) => entries.storage(account, word),
      there: (reads) => reads.storage(account, word, block),
      render: hex,
    }),
})
