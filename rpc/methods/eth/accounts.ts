import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import * as results from '../../schema/results.ts'

export const accounts = defineMethod({
  name: 'eth_accounts',
  summary: 'Accounts that the node signs for; none but on a development network.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(results.address),
  handler: (_, { signer }) => (signer === undefined ? [] : signer.accounts().map(hex)),
})
