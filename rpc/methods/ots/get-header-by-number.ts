import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { renderHeader } from '../../render/header.ts'
import { anyNumber, header } from '../../schema/ots.ts'

/** Otterscan asks for it before anything else, by the name that Erigon gave it. */
export const getHeaderByNumber = defineMethod({
  name: 'erigon_getHeaderByNumber',
  summary: 'The header of a block; null when there is none. Otterscan looks for a node by it.',
  params: z.tuple([anyNumber]),
  paramNames: ['block'],
  result: header.nullable(),
  handler: async ([ref], { reads }) => {
    const found = await reads.header(ref)
    return found === undefined ? null : renderHeader(found)
  },
})
