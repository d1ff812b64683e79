import { z } from 'zod'

import { hex } from '#base'
import type { TracedFrame } from '#chain'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { internalOperation } from '../../schema/ots.ts'
import { hash } from '../../schema/params.ts'
import { framesOf } from './frames-of.ts'

type Operation = z.output<typeof internalOperation>

const types: Partial<Readonly<Record<TracedFrame['kind'], Operation['type']>>> = {
  CALL: 0,
  SELFDESTRUCT: 1,
  CREATE: 2,
  CREATE2: 3,
}

export const getInternalOperations = defineMethod({
  name: 'ots_getInternalOperations',
  summary:
    'Transfers, creations and self-destructions within a transaction, payments by precompiles too; none that was reverted.',
  params: z.tuple([hash]),
  paramNames: ['hash'],
  result: z.array(internalOperation),
  long: true,
  // A block runs again, up to what is asked for.
  cost: 50,
  handler: async ([transaction], { reads }) =>
    (await framesOf(reads, transaction)).flatMap((frame) => operationOf(frame) ?? []),
})

function operationOf({ kind, depth, from, to, value = 0n, isUndone }: TracedFrame) {
  const type = types[kind]
  if (type === undefined || depth === 0 || isUndone || to === undefined) return undefined
  if (type === 0 && value === 0n) return undefined
  return { type, from: hex(from), to: hex(to), value: quantity(value) } satisfies Operation
}
