import { z } from 'zod'

import { hex } from '#base'
import { type Challenge, readChallenge, readClaim, readModelTerms } from '#precompiles'

import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderChallenge, renderClaim, renderWindow } from '../../render/models.ts'
import { count } from '../../schema/governance.ts'
import * as models from '../../schema/models.ts'
import { hash } from '../../schema/params.ts'
import { governed } from './governed.ts'

export const getClaim = defineMethod({
  name: 'pars_getClaim',
  summary: `A claim about an answer of a model: its standing, whose bond it is, when its window ends, and the challenges to it, from the number first (from 1 on), at most ${limits.claimPage.value}, with whose turn ends when; null for an id of no claim. A window or a turn is over when both, the timestamp and the height, have come. The tier of its answer is OPTIMISTIC once it is settled.`,
  params: z.tuple([hash, count.nullish()]),
  paramNames: ['id', 'first'],
  result: models.claim.nullable(),
  long: true,
  brief: true,
  handler: ([bytes, from], context) =>
    governed(context, async (call) => {
      const id = hex(bytes)
      const claim = await readClaim(call, id)
      if (claim === undefined) return null
      const terms = await readModelTerms(call, claim.model)
      const first = Math.max(1, from ?? 1)
      const last = Math.min(claim.challenges, first + limits.claimPage.value - 1)
      const challenges: Challenge[] = []
      for (let number = first; number <= last; number++) {
        challenges.push(await readChallenge(call, id, number))
      }
      return {
        ...renderClaim(claim),
        windowEnds: renderWindow(claim, terms),
        challenges: challenges.map((one) => renderChallenge(one, claim, terms)),
      }
    }),
})
