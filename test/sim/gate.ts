import { draw } from '../../sim/draw.ts'
import { simulate } from '../../sim/simulate.ts'
import type { Mutant } from './mutants.ts'

export interface Verdict {
  /** Worlds until it was noticed, or undefined. */
  readonly worlds: number | undefined
  readonly what: string
}

/** Runs worlds with `mutant` in place until one breaks. */
export function hunt({ ports, apply, options }: Mutant, from: number, most: number): Verdict {
  const restore = apply?.()
  try {
    for (let seed = from; seed < from + most; seed++) {
      const { violation } = simulate(draw(seed, options), ports)
      if (violation !== undefined) return { worlds: seed - from + 1, what: violation.message }
    }
    return { worlds: undefined, what: '' }
  } finally {
    restore?.()
  }
}
