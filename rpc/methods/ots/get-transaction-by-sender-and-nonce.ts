import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { nonce } from '../../schema/ots.ts'
import { address } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getTransactionBySenderAndNonce = defineMethod({
  name: 'ots_getTransactionBySenderAndNonce',
  summary:
    'Hash of the transaction of an account that had this nonce, null when none had; nonce lanes other than 0 are not looked at. Needs an archive for old ones.',
  params: z.tuple([address, nonce]),
  paramNames: ['sender', 'nonce'],
  result: results.hash.nullable(),
  long: true,
  handler: async ([sender, number], { reads }) => {
    const found = await reads.transactionByNonce(sender, number)
    return found === undefined ? null : hex(found)
  },
})
