import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderBlock } from '../../render/block.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockByHash = defineMethod({
  name: 'eth_getBlockByHash',
  summary: 'A block by hash; null when there is none.',
  params: z.tuple([hash, z.boolean().nullish()]),
  paramNames: ['hash', 'full'],
  result: results.block.nullable(),
  handler: async ([block, full], { chain, render }) => {
    const found = await chain.reads.block({ hash: block })
    return found === undefined ? null : renderBlock(found, full ?? false, render)
  },
})
