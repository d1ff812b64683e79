import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { quantity as render } from '../../render/quantity.ts'
import { address, blockOrLatest, quantity } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { entryAt } from '../at-head.ts'

export const getNonce = defineMethod({
  name: 'pars_getNonce',
  summary: 'Next nonce of an account on one of its lanes; nonceKey 0 is the account nonce.',
  params: z.tuple([address, quantity, blockOrLatest]),
  paramNames: ['address', 'nonceKey', 'block'],
  result: results.quantity,
  handler([account, lane, block], context) {
    if (block === 'pending') return render(context.chain.pool.pendingNonce(account, lane))
    return entryAt(context, block, {
      here: (entries) => entries.nonce(account, lane),
      there: (reads) => reads.nonce(account, block, lane),
      render,
    })
  },
})
