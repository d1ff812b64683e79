import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { address } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getContractCreator = defineMethod({
  name: 'ots_getContractCreator',
  summary:
    'The transaction that created a contract, and the account that did; null for any other account and for contracts of the genesis. Needs an archive for old ones.',
  params: z.tuple([address]),
  paramNames: ['address'],
  result: z.strictObject({ hash: results.hash, creator: results.address }).nullable(),
  long: true,
  // A block runs again, up to what is asked for.
  cost: 50,
  handler: async ([contract], { reads }) => {
    const found = await reads.creatorOf(contract)
    return found === undefined ? null : { hash: hex(found.hash), creator: hex(found.creator) }
  },
})
