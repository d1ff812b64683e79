import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { address, blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

export const getCode = defineMethod({
  name: 'eth_getCode',
  summary: 'Code of a contract.',
  params: z.tuple([address, blockOrLatest]),
  paramNames: ['address', 'block'],
  result: results.data,
  handler: async ([account, block], { reads }) =>
    hex(known(await reads.code(account, block), block)),
})
