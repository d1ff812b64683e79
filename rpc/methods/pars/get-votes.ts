import { z } from 'zod'

import { hex } from '#base'
import { readLocks, readVotes } from '#governance'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { address } from '../../schema/params.ts'
import { governed } from './governed.ts'

export const getVotes = defineMethod({
  name: 'pars_getVotes',
  summary:
    'With what an account votes, what its own locks weigh and who votes with that, of all votes that there are; in the newest block with its locks, or at the end of an earlier second.',
  params: z.tuple([address, governance.count.nullish()]),
  paramNames: ['account', 'time'],
  result: governance.votes,
  long: true,
  brief: true,
  handler: async ([account, time], context) => {
    const owner = hex(account)
    const now = Number(context.chain.head.header.timestamp)
    const isPast = time !== undefined && time !== null
    const { found, locks } = await governed(context, async (call) => ({
      found: await readVotes(call, owner, isPast ? BigInt(time) : undefined),
      locks: isPast ? undefined : await readLocks(call, owner),
    }))
    const { votes, weight, delegatee, supply } = found
    return {
      account: owner,
      time: isPast ? time : now,
      votes: quantity(votes),
      weight: quantity(weight),
      delegatee,
      supply: quantity(supply),
      locks:
        locks?.map(({ id, amount, end, kept }) => ({
          id,
          amount: quantity(amount),
          end: end ?? null,
          kept: kept ?? null,
        })) ?? null,
    }
  },
})
