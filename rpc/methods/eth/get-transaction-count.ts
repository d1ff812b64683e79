import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { address, blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

export const getTransactionCount = defineMethod({
  name: 'eth_getTransactionCount',
  summary: 'Nonce of an account (nonceKey 0); at the tag pending, with what the pool holds.',
  differs: 'counts the nonces of key 0; those of other lanes have `pars_getNonce`.',
  params: z.tuple([address, blockOrLatest]),
  paramNames: ['address', 'block'],
  result: results.quantity,
  handler: async ([account, block], { chain, reads }) => {
    if (block === 'pending') return quantity(chain.pool.pendingNonce(account))
    return quantity(known(await reads.nonce(account, block), block))
  },
})
