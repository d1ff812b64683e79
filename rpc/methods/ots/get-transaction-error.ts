import { z } from 'zod'

import { hex } from '#base'

import { RpcFault } from '../../errors.ts'
import { defineMethod } from '../../method.ts'
import { hash } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { framesOf } from './frames-of.ts'

export const getTransactionError = defineMethod({
  name: 'ots_getTransactionError',
  summary: 'What a transaction reverted with, ABI-encoded; 0x when it did not.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: results.data,
  long: true,
  // A block runs again, up to what is asked for.
  cost: 50,
  handler: async ([id], { reads }) => {
    const found = await reads.transaction(id)
    if (found === undefined) {
      throw new RpcFault(
        { code: 'RPC_TRANSACTION_UNKNOWN' },
        'transaction not found: no block has it',
      )
    }
    if (found.transaction.receipt.status === 1) return '0x'
    const [root] = await framesOf(reads, id)
    return root?.failure === 'execution reverted' ? hex(root.output) : '0x'
  },
})
