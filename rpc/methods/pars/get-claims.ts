import { z } from 'zod'

import { hex } from '#base'
import { countClaims, listClaims, readClaim } from '#precompiles'

import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderClaim } from '../../render/models.ts'
import { count } from '../../schema/governance.ts'
import * as models from '../../schema/models.ts'
import { governed } from './governed.ts'
import { listed } from './listed.ts'

export const getClaims = defineMethod({
  name: 'pars_getClaims',
  summary: `Claims about answers of models in the order of their making, from the one at start on, at most ${limits.claimPage.value}; how many there are, and where the next page begins. A page for one model leaves the claims about others out, so that it may be empty and not the last.`,
  params: z.tuple([
    models.claimFilter.nullish(),
    count.nullish(),
    models.pageSize(limits.claimPage.value).nullish(),
  ]),
  paramNames: ['filter', 'start', 'most'],
  result: models.claimPage,
  long: true,
  brief: true,
  handler: ([filter, from, most], context) =>
    governed(context, async (call) => {
      const start = from ?? 0
      const model = filter ? hex(filter.model) : undefined
      const [total, ids] = await Promise.all([
        countClaims(call),
        listClaims(call, start, most ?? limits.claimPage.value),
      ])
      const { items, ...page } = await listed({ total, start, ids }, async (id) => {
        const claim = await readClaim(call, id)
        const isWanted = model === undefined || claim?.model === model
        return claim && isWanted ? renderClaim(claim) : undefined
      })
      return { ...page, claims: items }
    }),
})
