import { execute, type Program } from '#inference'

import { inputFault } from './faults.ts'
import type { FloatModel } from './float/evaluate.ts'
import { dequantizeOutput, type Metadata, quantizeInput } from './metadata.ts'

/** How near a quantised model comes to the float original. */
export interface Accuracy {
  readonly samples: number
  /** Part of the samples for which both have the same largest output, of equal ones the first. */
  readonly agreement: number
  /** Mean and largest distance of an output; zero where the model answers with a class. */
  readonly meanError: number
  readonly maxError: number
}

/** @param samples Each is one array for each input of the float model. */
export function compare(
  float: FloatModel,
  program: Program,
  metadata: Metadata,
  samples: readonly (readonly Float32Array[])[],
): Accuracy {
  let agreed = 0
  let total = 0
  let count = 0
  let maxError = 0
  for (const sample of samples) {
    const [original = new Float32Array(0)] = float.run(sample)
    const answer = answerOf(program, metadata, sample[0] ?? new Float32Array(0))
    if (answer.length === original.length) {
      for (const [index, value] of original.entries()) {
        const error = Math.abs(value - (answer[index] ?? 0))
        total += error
        maxError = Math.max(maxError, error)
      }
      count += original.length
      if (argMax(original) === argMax(answer)) agreed++
    } else if (answer[0] === argMax(original)) {
      agreed++
    }
  }
  return {
    samples: samples.length,
    agreement: samples.length === 0 ? 0 : agreed / samples.length,
    meanError: count === 0 ? 0 : total / count,
    maxError,
  }
}

/** What the quantised model says about `values`, as reals. */
export function answerOf(
  program: Program,
  { input, output }: Metadata,
  values: ArrayLike<number>,
): Float32Array {
  return dequantizeOutput(execute(program, quantizeInput(values, input)), output)
}

/** The first of the largest. Throws `QUANTIZER_INPUT` for none. */
export function argMax(values: ArrayLike<number>): number {
  if (values.length === 0) throw inputFault('no values')
  let best = 0
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index
  }
  return best
}
