import { z } from 'zod'

import { hex } from '#base'
import type { TracedFrame } from '#chain'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { traceEntry } from '../../schema/ots.ts'
import { hash } from '../../schema/params.ts'
import { framesOf } from './frames-of.ts'

export const traceTransaction = defineMethod({
  name: 'ots_traceTransaction',
  summary: 'All calls, creations and self-destructions of a transaction, in their order.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: z.array(traceEntry),
  long: true,
  // A block runs again, up to what is asked for.
  cost: 50,
  handler: async ([transaction], { reads }) => (await framesOf(reads, transaction)).map(entryOf),
})

function entryOf({ kind, depth, from, to, value, input, output }: TracedFrame) {
  const borrows = kind === 'DELEGATECALL' || value === undefined
  return {
    type: kind,
    depth,
    from: hex(from),
    to: to === undefined ? null : hex(to),
    value: borrows ? null : quantity(value),
    input: hex(input),
    output: hex(output),
  } satisfies z.output<typeof traceEntry>
}
