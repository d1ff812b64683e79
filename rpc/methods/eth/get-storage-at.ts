import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { address, blockOrLatest, slot } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

export const getStorageAt = defineMethod({
  name: 'eth_getStorageAt',
  summary: 'One word of the storage of a contract.',
  params: z.tuple([address, slot, blockOrLatest]),
  paramNames: ['address', 'slot', 'block'],
  result: results.hash,
  handler: async ([account, { word }, block], { reads }) =>
    hex(known(await reads.storage(account, word, block), block)),
})
