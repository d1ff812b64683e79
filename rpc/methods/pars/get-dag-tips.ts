import { z } from 'zod'

import { unhex, hex } from '#base'

import { defineMethod } from '../../method.ts'
import * as results from '../../schema/results.ts'
import { ordered } from './ordered.ts'

const count = z.int().nonnegative()

export const getDagTips = defineMethod({
  name: 'pars_getDagTips',
  summary: 'The highest block of the DAG that this node has of each validator.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(z.strictObject({ author: count, round: count, digest: results.hash })),
  handler: (_, context) =>
    ordered(context)
      .tips()
      .map(({ author, round, digest }) => ({ author, round, digest: hex(unhex(`0x${digest}`)) })),
})
