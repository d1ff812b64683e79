import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { blockOverrides, overridesOf, stateOverrides } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
import { metered, workOf } from '../metered.ts'

export const createAccessList = defineMethod({
  name: 'eth_createAccessList',
  summary: 'What a transaction would look at (EIP-2930), and its gas when it names that.',
  params: z.tuple([
    messageObject,
    blockOrLatest,
    stateOverrides.nullish(),
    blockOverrides.nullish(),
  ]),
  paramNames: ['transaction', 'block', 'stateOverrides', 'blockOverrides'],
  result: results.createdAccessList,
  long: true,
  handler: async ([transaction, block, state, header], { chain, reads, spend }) => {
    const request = callRequest(transaction, chain.chainId)
    const overrides = overridesOf(state, header)
    const read = reads.accessList(request, block, overrides)
    const result = await metered(spend, undefined, read, workOf)
    const found = known(result, block)
    return {
      accessList: found.accessList.map(([address, slots]) => ({
        address: hex(address),
        storageKeys: slots.map(hex),
      })),
      gasUsed: quantity(found.gasUsed),
      ...(found.failure === undefined ? {} : { error: found.failure.message }),
    }
  },
})
