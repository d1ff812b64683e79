import { z } from 'zod'

import { isSmartAccount, readSessionKeys } from '#governance'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { address } from '../../schema/params.ts'
import { governed } from './governed.ts'

export const getSessionKeys = defineMethod({
  name: 'pars_getSessionKeys',
  summary:
    'Session keys that a smart account granted, from the id first on, at most 50, and how many it ever granted; null for what is no smart account of this network.',
  params: z.tuple([address, governance.count.nullish()]),
  paramNames: ['account', 'first'],
  result: governance.sessionKeys.nullable(),
  long: true,
  brief: true,
  handler: async ([account, first], context) => {
    const code = await context.reads.code(account, 'latest')
    if (code === undefined || !isSmartAccount(code)) return null
    const { total, keys } = await governed(context, (call) =>
      readSessionKeys(call, account, first ?? 0),
    )
    return {
      total,
      keys: keys.map(({ perCall, budget, spent, allow, ...rest }) => ({
        ...rest,
        perCall: quantity(perCall),
        budget: quantity(budget),
        spent: quantity(spent),
        allow: allow.map(({ target, selector }) => ({ target, selector: selector ?? null })),
      })),
    }
  },
})
