import { draw } from '../../sim/draw.ts'
import { simulateAny } from '../../sim/simulate-any.ts'
import type { Mutant } from './mutants.ts'

export interface Verdict {
  /** Worlds until it was noticed, or undefined. */
  readonly worlds: number | undefined
  readonly what: string
}

/** Runs worlds with `mutant` in place until one breaks. */
export async function hunt(
  { ports, apply, options }: Mutant,
  from: number,
  most: number,
): Promise<Verdict> {
  const restore = apply?.()
  try {
    for (let seed = from; seed < from + most; seed++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { violation } = await simulateAny(draw(seed, options), ports)
      if (violation !== undefined) return { worlds: seed - from + 1, what: violation.message }
    }
    return { worlds: undefined, what: '' }
  } finally {
    restore?.()
  }
}
