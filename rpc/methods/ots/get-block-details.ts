import { z } from 'zod'

import type { BlockRef } from '#chain'

import { type Context, defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { renderSlimBlock, totalFees } from '../../render/slim-block.ts'
import { anyNumber, blockDetails } from '../../schema/ots.ts'
import { hash } from '../../schema/params.ts'

const none = quantity(0)

async function detailsOf({ reads }: Context, ref: BlockRef) {
  const block = await reads.block(ref)
  if (block === undefined) return null
  return {
    block: renderSlimBlock(block),
    issuance: { blockReward: none, uncleReward: none, issuance: none },
    totalFees: quantity(totalFees(block)),
  }
}

const result = blockDetails.nullable()

export const getBlockDetails = defineMethod({
  name: 'ots_getBlockDetails',
  summary: 'A block with its fees, without transactions; null when there is none.',
  params: z.tuple([anyNumber]),
  paramNames: ['block'],
  result,
  handler: ([ref], context) => detailsOf(context, ref),
})

export const getBlockDetailsByHash = defineMethod({
  name: 'ots_getBlockDetailsByHash',
  summary: 'As ots_getBlockDetails, by hash.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result,
  handler: ([blockHash], context) => detailsOf(context, { hash: blockHash }),
})
