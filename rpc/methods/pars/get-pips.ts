import { z } from 'zod'

import { limits, listPips } from '#governance'

import { defineMethod } from '../../method.ts'
import { renderSummary } from '../../render/governance.ts'
import * as governance from '../../schema/governance.ts'
import { governed } from './governed.ts'

export const getPips = defineMethod({
  name: 'pars_getPips',
  summary: `PIPs of the network in the order in which their numbers were taken, from the one at start on, at most ${limits.pipPage.value}; and how many there are.`,
  params: z.tuple([governance.count.nullish(), governance.pageSize.nullish()]),
  paramNames: ['start', 'most'],
  result: governance.pipPage,
  long: true,
  brief: true,
  handler: async ([start, most], context) => {
    const size = most ?? limits.pipPage.value
    const { total, pips } = await governed(context, (call) => listPips(call, start ?? 0, size))
    return { total, pips: pips.map(renderSummary) }
  },
})
