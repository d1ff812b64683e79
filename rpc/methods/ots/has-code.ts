import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { anyNumber } from '../../schema/ots.ts'
import { address } from '../../schema/params.ts'
import { known } from '../known.ts'

export const hasCode = defineMethod({
  name: 'ots_hasCode',
  summary: 'Whether an account is a contract, after a block.',
  params: z.tuple([address, anyNumber.nullish()]),
  paramNames: ['address', 'block'],
  result: z.boolean(),
  handler: async ([account, block], { reads }) => {
    const ref = block ?? 'latest'
    return known(await reads.code(account, ref), ref).length > 0
  },
})
