import { z } from 'zod'

import { toBigInt } from '#base'
import { keccak256 } from '#crypto'
import { slotPreimage, systemAddresses } from '#protocol'

import { defineMethod } from '../../method.ts'
import { quantity as render } from '../../render/quantity.ts'
import { address, blockOrLatest, quantity } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

export const getNonce = defineMethod({
  name: 'pars_getNonce',
  summary: 'Next nonce of an account on one of its lanes; nonceKey 0 is the account nonce.',
  params: z.tuple([address, quantity, blockOrLatest]),
  paramNames: ['address', 'nonceKey', 'block'],
  result: results.quantity,
  handler: async ([account, lane, block], { chain }) => {
    const pooled = block === 'pending' ? chain.pool.pendingNonce(account, lane) : undefined
    if (pooled !== undefined) return render(pooled)
    if (lane === 0n) return render(known(await chain.reads.nonce(account, block), block))
    const slot = keccak256(slotPreimage(account, lane))
    const word = await chain.reads.storage(systemAddresses.nonces, slot, block)
    return render(toBigInt(known(word, block)))
  },
})
