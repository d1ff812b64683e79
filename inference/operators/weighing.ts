import type { Interval } from './interval.ts'
import type { Operand } from './operator.ts'

/** 8-bit data less its zero point. */
export function centred(data: Interval, zero: Interval | undefined): Interval {
  const { low, high } = zero ?? { low: 0n, high: 0n }
  return { low: data.low - high, high: data.high - low }
}

type Weights = Int8Array | Uint8Array

/** The zero point of each of `count` columns; undefined where they are not known. */
export function knownZeros(zero: Operand | undefined, count: number): Int16Array | undefined {
  if (zero === undefined) return new Int16Array(count)
  const known = zero.tensor?.data as Weights | undefined
  if (known === undefined) return undefined
  return known.length === 1 ? new Int16Array(count).fill(known[0] ?? 0) : Int16Array.from(known)
}

/**
 * The interval of the sums that columns of known weights make of data within `data`: for each
 * weight the end of the data that its sign asks for. Exact in doubles below 2^53, which no sum of
 * 16-bit by 9-bit products reaches.
 */
export class Columns {
  readonly #low: Float64Array
  readonly #high: Float64Array
  readonly #dataLow: number
  readonly #dataHigh: number

  constructor(columns: number, data: Interval) {
    this.#low = new Float64Array(columns)
    this.#high = new Float64Array(columns)
    this.#dataLow = Number(data.low)
    this.#dataHigh = Number(data.high)
  }

  /** One weight for each column from `first` on: `count` of `weights` from `at` on. */
  addRow(first: number, weights: Weights, at: number, count: number, zeros: Int16Array): void {
    const [low, high, dataLow, dataHigh] = [this.#low, this.#high, this.#dataLow, this.#dataHigh]
    for (let column = 0; column < count; column++) {
      const weight = (weights[at + column] as number) - (zeros[column] as number)
      const place = first + column
      low[place] = (low[place] as number) + weight * (weight < 0 ? dataHigh : dataLow)
      high[place] = (high[place] as number) + weight * (weight < 0 ? dataLow : dataHigh)
    }
  }

  /** All weights of one column: `count` of `weights` from `at` on. */
  addColumn(column: number, weights: Weights, at: number, count: number, zero: number): void {
    const [dataLow, dataHigh] = [this.#dataLow, this.#dataHigh]
    let [low, high] = [0, 0]
    for (let place = at; place < at + count; place++) {
      const weight = (weights[place] as number) - zero
      low += weight * (weight < 0 ? dataHigh : dataLow)
      high += weight * (weight < 0 ? dataLow : dataHigh)
    }
    this.#low[column] = low
    this.#high[column] = high
  }

  interval(): Interval {
    let [low, high] = [Infinity, -Infinity]
    for (const value of this.#low) if (value < low) low = value
    for (const value of this.#high) if (value > high) high = value
    return { low: BigInt(low), high: BigInt(high) }
  }
}
