/**
 * Two sums over the chunks of a group bring back any two of them: P = Σ dᵢ and Q = Σ 2ⁱ·dᵢ over
 * GF(2⁸).
 *
 * @see H. P. Anvin, The mathematics of RAID-6
 */
import { addScaled, inverse, multiply, scale } from '../transfer/gf256.ts'
import { chunkBytes, dataChunks } from './layout.ts'

export interface Parity {
  readonly p: Uint8Array
  readonly q: Uint8Array
}

/** 2ⁱ for each place i. */
const weights = new Uint8Array(dataChunks)
for (let place = 0, weight = 1; place < dataChunks; place++) {
  weights[place] = weight
  weight = multiply(weight, 2)
}

function weightOf(place: number): number {
  return weights[place] ?? 0
}

/** Of `chunks` by their places; those that are missing count as zeros. */
export function parityOf(chunks: readonly (Uint8Array | undefined)[]): Parity {
  const p = new Uint8Array(chunkBytes)
  const q = new Uint8Array(chunkBytes)
  for (const [place, chunk] of chunks.entries()) {
    if (chunk === undefined) continue
    addScaled(p, chunk, 1)
    addScaled(q, chunk, weightOf(place))
  }
  return { p, q }
}

/** The one chunk that is missing, by P alone, where `known` is the parity of all others. */
export function fromP(p: Uint8Array, known: Parity): Uint8Array {
  return sum(p, known.p)
}

/** As `fromP`, by Q alone; `place` is where it is missing. */
export function fromQ(q: Uint8Array, known: Parity, place: number): Uint8Array {
  const chunk = sum(q, known.q)
  scale(chunk, inverse(weightOf(place)))
  return chunk
}

/** The two chunks that are missing, where `known` is the parity of all others. */
export function fromBoth(
  parity: Parity,
  known: Parity,
  [first, second]: readonly [number, number],
): readonly [Uint8Array, Uint8Array] {
  const plain = sum(parity.p, known.p)
  const one = sum(parity.q, known.q)
  addScaled(one, plain, weightOf(second))
  scale(one, inverse(weightOf(first) ^ weightOf(second)))
  return [one, sum(plain, one)]
}

function sum(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a)
  addScaled(result, b, 1)
  return result
}
