import { z } from 'zod'

import { hex, type Hex } from '#base'
import {
  countModels,
  countVersions,
  listModels,
  readModel,
  readModelTexts,
  type StateCall,
  versionId,
} from '#precompiles'

import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderModelSummary } from '../../render/models.ts'
import { count } from '../../schema/governance.ts'
import * as models from '../../schema/models.ts'
import { governed } from './governed.ts'
import { listed } from './listed.ts'

type Filter = z.output<typeof models.modelFilter>

export const getModels = defineMethod({
  name: 'pars_getModels',
  summary: `Models of the registry in the order of their registration, or the versions that a publisher registered of a name, from the one at start on, at most ${limits.modelPage.value}; how many there are, and where the next page begins. A page for one owner leaves the models of others out, so that it may be empty and not the last.`,
  params: z.tuple([
    models.modelFilter.nullish(),
    count.nullish(),
    models.pageSize(limits.modelPage.value).nullish(),
  ]),
  paramNames: ['filter', 'start', 'most'],
  result: models.modelPage,
  long: true,
  brief: true,
  handler: ([filter, start, most], context) =>
    governed(context, async (call) => {
      const size = most ?? limits.modelPage.value
      const place = await placeOf(call, filter ?? {}, start ?? 0, size)
      const owner = filter && 'owner' in filter ? hex(filter.owner) : undefined
      const { items, ...page } = await listed(place, async (id) => {
        const model = await readModel(call, id)
        if (model === undefined || (owner !== undefined && model.owner !== owner)) return undefined
        const texts = await readModelTexts(call, id)
        return texts && renderModelSummary(model, texts)
      })
      return { ...page, models: items }
    }),
})

async function placeOf(call: StateCall, filter: Filter | object, start: number, most: number) {
  if (!('publisher' in filter)) {
    const [total, ids] = await Promise.all([countModels(call), listModels(call, start, most)])
    return { total, start, ids }
  }
  const [publisher, { name }] = [hex(filter.publisher), filter]
  const total = await countVersions(call, publisher, name)
  const length = Math.max(0, Math.min(most, total - start))
  const ids = Array.from({ length }, (_, at): Hex => versionId(publisher, name, start + at + 1))
  return { total, start, ids }
}
