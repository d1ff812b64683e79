import { z } from 'zod'

import { hex } from '#base'
import { readIdentity } from '#governance'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { hash } from '../../schema/params.ts'
import { governed } from './governed.ts'

export const getDid = defineMethod({
  name: 'pars_getDid',
  summary:
    'How far the event log of a did:pars identity has come, as it was anchored last; null for one that was never brought to this network.',
  params: z.tuple([hash]),
  paramNames: ['id'],
  result: governance.identity.nullable(),
  long: true,
  brief: true,
  handler: async ([bytes], context) => {
    const id = hex(bytes)
    const found = await governed(context, (call) => readIdentity(call, id))
    if (found === undefined) return null
    const { sequence, offeredTo, anchoredHeight, ...rest } = found
    return {
      id,
      ...rest,
      sequence: quantity(sequence),
      offeredTo: offeredTo ?? null,
      anchoredHeight: quantity(anchoredHeight),
    }
  },
})
