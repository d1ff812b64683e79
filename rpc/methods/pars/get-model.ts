import { z } from 'zod'

import { hex } from '#base'
import { readModel, readModelCost, readModelTerms, readModelTexts } from '#precompiles'

import { defineMethod } from '../../method.ts'
import { renderModel } from '../../render/models.ts'
import * as models from '../../schema/models.ts'
import { hash } from '../../schema/params.ts'
import { governed } from './governed.ts'

export const getModel = defineMethod({
  name: 'pars_getModel',
  summary:
    'A model of the registry: the SHA3-256 hash of its bytes, its texts, what an inference takes (null for a draft) and the terms on which results are claimed; null for an id that nobody registered.',
  params: z.tuple([hash]),
  paramNames: ['id'],
  result: models.model.nullable(),
  long: true,
  brief: true,
  handler: ([bytes], context) =>
    governed(context, async (call) => {
      const id = hex(bytes)
      const model = await readModel(call, id)
      if (model === undefined) return null
      const [texts, cost, terms] = await Promise.all([
        readModelTexts(call, id),
        readModelCost(call, id),
        readModelTerms(call, id),
      ])
      return texts === undefined ? null : renderModel(model, texts, cost, terms)
    }),
})
