import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const capabilities = defineMethod({
  name: 'eth_capabilities',
  summary:
    'From which block on this node can answer what. In Pars the state of old blocks goes by age, so no number of blocks is told.',
  params: z.tuple([]),
  paramNames: [],
  result: results.capabilities,
  handler: async (_, { chain, reads }) => {
    const state = { disabled: false, oldestBlock: quantity(await reads.oldestState()) }
    const whole = { disabled: false, oldestBlock: quantity(0) }
    const { hash, header } = chain.head
    return {
      head: { number: quantity(header.number), hash: hex(hash) },
      state,
      tx: whole,
      logs: whole,
      receipts: whole,
      blocks: whole,
      stateproofs: state,
    }
  },
})
