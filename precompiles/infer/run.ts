import { isFault } from '#base'
import { execute } from '#inference'

import { programOf } from '../models/program.ts'
import { kinds, ModelRecord, statuses } from '../models/record.ts'
import { PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { workGas } from './gas.ts'

/** What stands behind an output. @see PIP-0009 "Tiers" */
export const tiers = { none: 0, attested: 1, optimistic: 2, executed: 3 } as const

/** What the active model `id` makes of `input`; charged before it runs, from the record alone. */
export function infer(view: PrecompileView, id: Uint8Array, input: Uint8Array): Uint8Array {
  const record = new ModelRecord(view, id)
  const { status, kind, size } = record.head()
  if (status !== statuses.active) throw new PrecompileRevert('infer: the model is not active')
  if (kind !== kinds.executable) throw new PrecompileRevert('infer: results are claimed, not run')
  const { cost } = record
  if (input.length !== cost.inputBytes) throw new PrecompileRevert('infer: input length')
  view.charge(workGas({ size, ...cost }))
  try {
    return execute(programOf(view, record, kind), input)
  } catch (error) {
    if (isFault(error) && error.code === 'INFERENCE_INPUT') {
      throw new PrecompileRevert('infer: a bool that is neither 0 nor 1')
    }
    throw error
  }
}
