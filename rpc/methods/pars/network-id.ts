import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import * as results from '../../schema/results.ts'

export const networkId = defineMethod({
  name: 'pars_networkId',
  summary: 'G, the hash of the genesis: bound into every signature.',
  params: z.tuple([]),
  paramNames: [],
  result: results.hash,
  handler: (_, { chain }) => hex(chain.genesisHash),
})
