import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { absent } from './traced.ts'

export const getRawHeader = defineMethod({
  name: 'debug_getRawHeader',
  summary: "The header of a block in RLP: its hash is the block's.",
  params: z.tuple([block]),
  paramNames: ['block'],
  result: results.data,
  handler: async ([ref], { reads }) => {
    const bytes = await reads.rawHeader(ref)
    if (bytes === undefined) throw absent(ref)
    return hex(bytes)
  },
})
