import { z } from 'zod'

import { readPrekeyRoot } from '#governance'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { address, hash } from '../../schema/params.ts'
import { governed } from './governed.ts'

const owner = z.union([address, hash], {
  error: 'must be an account of 20 bytes or an identity of 32, in hexadecimal',
})

export const getPrekeyRoot = defineMethod({
  name: 'pars_getPrekeyRoot',
  summary:
    'The root over the prekeys that an account or a did:pars identity gives out; null where it never gave out any. Whoever uses one checks its signature and the expiry.',
  params: z.tuple([owner]),
  paramNames: ['owner'],
  result: governance.prekeyRoot.nullable(),
  long: true,
  brief: true,
  handler: async ([bytes], context) => {
    const found = await governed(context, (call) => readPrekeyRoot(call, bytes))
    if (found === undefined) return null
    const { epoch, root, ...rest } = found
    return { ...rest, epoch: quantity(epoch), root: root ?? null }
  },
})
