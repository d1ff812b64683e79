import { z } from 'zod'

import { readPip } from '#governance'

import { defineMethod } from '../../method.ts'
import { renderPip } from '../../render/governance.ts'
import * as governance from '../../schema/governance.ts'
import { governed } from './governed.ts'

export const getPip = defineMethod({
  name: 'pars_getPip',
  summary:
    'A PIP: its standing, its actions as calls of the timelock and as its text writes them, and the vote on it; null for a number that nobody took.',
  params: z.tuple([governance.count]),
  paramNames: ['number'],
  result: governance.pip.nullable(),
  long: true,
  brief: true,
  handler: async ([number], context) => {
    const found = await governed(context, (call) => readPip(call, number))
    return found === undefined ? null : renderPip(found)
  },
})
