import type { AsyncReads } from '#chain'

import { limits } from './limits.ts'
import type { Turns } from './turns.ts'
import { weigh } from './weigh.ts'

type Read = (...parameters: readonly unknown[]) => Promise<unknown>

/**
 * Reads whose large results come in turns of the event loop: a port hands over up to a thousand
 * messages before it turns, and each is made into an answer at once.
 */
export function pacedReads(reads: AsyncReads, turns: Turns): AsyncReads {
  return new Proxy(reads, {
    get(target, name) {
      const read = Reflect.get(target, name) as Read
      return async (...parameters: readonly unknown[]): Promise<unknown> => {
        const result = await read(...parameters)
        const bytes = weigh(result, limits.renderCharacters.value)
        if (bytes < limits.largeAnswer.value) return result
        if (turns.isOver) await turns.next()
        turns.wrote(bytes)
        return result
      }
    },
  })
}
