/** An inference with all its values: what a claim is made of, and what disputes are played with. */
import { concat } from '#base'
import { proveOutput, trace, Witness } from '#inference'

import type { BuiltModel } from './built.ts'

export function witnessOf({ program }: BuiltModel, input: Uint8Array): Witness {
  return new Witness(program, trace(program, input))
}

/** As `execute` gives it. */
function outputOf(witness: Witness): Uint8Array {
  return concat(
    ...witness.program.outputs.map(({ index }) => {
      const { data } = witness.tensor(index)
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    }),
  )
}

/** What a claim says beside model and input. */
export function claimPartsOf(witness: Witness) {
  return {
    output: outputOf(witness),
    traceTop: witness.trace.top,
    binding: proveOutput(witness),
  }
}
