/** What a run brings back, before it crosses threads. */
import { Fault } from '#base'

import type { CallResult, SimulatedCall } from '../call-port.ts'
import { limits } from './limits.ts'

/** Throws `READ_OUTPUT_TOO_LARGE`. */
export function checkOutput<Result extends Pick<CallResult, 'output' | 'gasUsed'>>(
  result: Result,
): Result {
  const limit = limits.callOutput.value
  const bytes = result.output.length
  if (bytes <= limit) return result
  throw new Fault(
    { code: 'READ_OUTPUT_TOO_LARGE', bytes, limit, workGas: result.gasUsed },
    `let the call return at most ${limit} bytes: ask for its result in parts`,
  )
}

/** What a log takes in an answer beside its data. */
const logBytes = 320

/** What all calls of one simulation may bring back. */
export class OutputBudget {
  #left: number = limits.simulationBytes.value

  /** Throws `READ_OUTPUT_TOO_LARGE` and `READ_SIMULATION_TOO_LARGE`. */
  spend(call: Pick<SimulatedCall, 'output' | 'gasUsed' | 'logs'>): void {
    checkOutput(call)
    const { output, logs } = call
    this.#left -= logs.reduce((sum, { data }) => sum + logBytes + data.length, output.length)
    if (this.#left >= 0) return
    const limit = limits.simulationBytes.value
    throw new Fault(
      { code: 'READ_SIMULATION_TOO_LARGE', limit },
      'simulate fewer calls at once, or such that return and log less',
    )
  }
}
