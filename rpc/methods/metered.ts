import { isFault } from '#base'
import type { CallResult } from '#chain'

import { limits } from '../limits.ts'
import type { Context } from '../method.ts'

/**
 * What `read` answers. Its client is charged the gas that went into it, whatever it came to.
 *
 * @param most Charged where it was broken off, so that nobody knows.
 */
export async function metered<Result>(
  spend: Context['spend'],
  most: bigint | undefined,
  read: Promise<Result>,
  gasOf: (result: NonNullable<Result>) => bigint,
): Promise<Result> {
  try {
    const result = await read
    if (result !== undefined && result !== null) spend(unitsOf(gasOf(result)))
    return result
  } catch (error) {
    if (isFault(error, 'READ_CANCELLED', 'READ_TRACE_TOO_LARGE')) spend(unitsOf(least(most)))
    else if (isFault(error)) spend(unitsOf(toldBy(error.facts)))
    throw error
  }
}

/** The gas of a call, or of all tries that it took. */
export function workOf({ workGas, gasUsed }: CallResult): bigint {
  return workGas ?? gasUsed
}

function unitsOf(gas: bigint): number {
  return Math.floor(Number(gas) / limits.unitGas.value)
}

function least(gas: bigint | undefined): bigint {
  const most = BigInt(limits.interruptedGas.value)
  return gas === undefined || gas > most ? most : gas
}

function toldBy(facts: Readonly<Record<string, unknown>>): bigint {
  const gas = facts['workGas']
  return typeof gas === 'bigint' ? gas : 0n
}
