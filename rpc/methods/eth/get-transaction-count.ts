import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { address, blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { entryAt } from '../at-head.ts'

export const getTransactionCount = defineMethod({
  name: 'eth_getTransactionCount',
  summary: 'Nonce of an account (nonceKey 0); at the tag pending, with what the pool holds.',
  differs: 'counts the nonces of key 0; those of other lanes have `pars_getNonce`.',
  params: z.tuple([address, blockOrLatest]),
  paramNames: ['address', 'block'],
  result: results.quantity,
  handler([account, block], context) {
    if (block === 'pending') return quantity(context.chain.pool.pendingNonce(account))
    return entryAt(context, block, {
      here: (entries) => entries.nonce(account),
      there: (reads) => reads.nonce(account, block),
      render: quantity,
    })
  },
})
