import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderBlock } from '../../render/block.ts'
import { renderFullBlock } from '../../render/full-block.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockByHash = defineMethod({
  name: 'eth_getBlockByHash',
  summary: 'A block by hash; null when there is none.',
  cost: 5,
  params: z.tuple([hash, z.boolean().nullish()]),
  paramNames: ['hash', 'full'],
  result: results.block.nullable(),
  handler: async ([block, full], { reads, view, clock }) => {
    const found = await reads.block({ hash: block })
    if (found === undefined) return null
    return full === true ? renderFullBlock(found, view, clock) : renderBlock(found)
  },
})
