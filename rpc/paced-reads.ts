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
  const paced = new Map<string | symbol, Read>()
  return new Proxy(reads, {
    get(target, name) {
      const known = paced.get(name)
      if (known !== undefined) return known
      const read = pace(Reflect.get(target, name) as Read, turns)
      paced.set(name, read)
      return read
    },
  })
}

function pace(read: Read, turns: Turns): Read {
  return async (...parameters) => {
    const result = await read(...parameters)
    const bytes = weigh(result, limits.renderCharacters.value)
    if (bytes < limits.largeAnswer.value) return result
    if (turns.isOver) await turns.next()
    turns.wrote(bytes)
    return result
  }
}
