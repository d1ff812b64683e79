import type { Sample } from './digits.ts'
import { Sequence } from './random.ts'

export const recallLength = 9
export const recallVocabulary = 20

/**
 * Associative recall: eight pairs of a key and a value, after the key that is asked for. Only one
 * pair has that key, anywhere; its value is the class. Nothing but attention finds it.
 */
export function recalls(count: number, seed: number): readonly Sample[] {
  const random = new Sequence(seed)
  return Array.from({ length: count }, () => {
    const key = random.below(4)
    const label = random.below(4)
    const place = 1 + random.below(recallLength - 1)
    const values = Float32Array.from({ length: recallLength }, (_, index) => {
      if (index === 0) return 16 + key
      if (index === place) return key * 4 + label
      const other = (key + 1 + random.below(3)) % 4
      return other * 4 + random.below(4)
    })
    return { values, label }
  })
}
