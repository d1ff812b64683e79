/** What a claim about the model `claimed` commits to, cut and hashed by PIP-0009 "Commitment". */
import { concat, type Hex, numberToHex, toHex } from 'viem'

import { answersOf } from './infer.ts'
import { classes, classifier, leafOf, parentOf, weight, weightTile } from './model-samples.ts'
import { word } from './oracle.ts'

export const input: Hex = answersOf(classifier)[4]?.input ?? '0x'
const padding = word(0)
/** Of the graph's input: one tile. */
export const inputRoot = leafOf(input)

export interface Trace {
  readonly output: Hex
  /** Of sums, positive, best, and padding. */
  readonly hashes: readonly [Hex, Hex, Hex, Hex]
  readonly top: Hex
  /** Siblings of the last leaf but one, which is the output. */
  readonly binding: Hex
  /** What proves leaf 0, the product, and leaf 1, what is positive of it. */
  readonly openings: readonly [Hex, Hex]
}

function littleEndian(values: readonly number[], width: 4 | 8): Hex {
  const bytes = new DataView(new ArrayBuffer(width * values.length))
  for (const [place, value] of values.entries()) {
    if (width === 4) bytes.setInt32(4 * place, value, true)
    else bytes.setBigInt64(8 * place, BigInt(value), true)
  }
  return toHex(new Uint8Array(bytes.buffer))
}

/** Source ‖ number of runs ‖ first leaf ‖ leaves ‖ tile ‖ proof. */
function opened(source: number, tile: Hex, ...proof: readonly Hex[]): Hex {
  const numbers = [source, 1, 0, 1].map((value) => numberToHex(value, { size: 4 }))
  return concat([...numbers, tile, ...proof])
}

/** @param error Added to the first sum. */
export function traceOf(error: number): Trace {
  const given = Uint8Array.fromHex(input.slice(2))
  const sums = Array.from({ length: classes }, (_, column) =>
    given.reduce((sum, value, row) => sum + value * weight(row, column), column === 0 ? error : 0),
  )
  const positive = sums.map((sum) => Math.max(0, sum))
  const best = positive.indexOf(Math.max(...positive))
  const tile = littleEndian(sums, 4)
  const output = littleEndian([best], 8)
  const [first, second, third] = [leafOf(tile), leafOf(littleEndian(positive, 4)), leafOf(output)]
  const [left, right] = [parentOf(first, second), parentOf(third, padding)]
  return {
    output,
    hashes: [first, second, third, padding],
    top: parentOf(left, right),
    binding: concat([padding, left]),
    openings: [concat([opened(1, input), opened(2, weightTile)]), opened(0, tile, second, right)],
  }
}
