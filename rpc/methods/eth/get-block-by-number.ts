import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderBlock } from '../../render/block.ts'
import { renderFullBlock } from '../../render/full-block.ts'
import { numberedBlock } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getBlockByNumber = defineMethod({
  name: 'eth_getBlockByNumber',
  summary: 'A block by number or tag; null when there is none.',
  differs:
    '`finalized` is what a quorum has attested, about a round after `latest`; `safe` is `latest`.',
  cost: 5,
  params: z.tuple([numberedBlock, z.boolean().nullish()]),
  paramNames: ['block', 'full'],
  result: results.block.nullable(),
  handler: async ([block, full], { reads, view, clock }) => {
    const found = await reads.block(block)
    if (found === undefined) return null
    return full === true ? renderFullBlock(found, view, clock) : renderBlock(found)
  },
})
