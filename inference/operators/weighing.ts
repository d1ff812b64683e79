import type { Interval } from './interval.ts'
import type { Operand } from './operator.ts'

/** 8-bit data less its zero point. */
export function centred(data: Interval, zero: Interval | undefined): Interval {
  const { low, high } = zero ?? { low: 0n, high: 0n }
  return { low: data.low - high, high: data.high - low }
}

type Weights = Int8Array | Uint8Array

/** The operands of a product. */
interface Weighed {
  readonly weights: Operand
  readonly zero: Operand | undefined
  /** What the weights are multiplied with. */
  readonly data: Interval
  /** How many sums the weights are part of, each with a zero point; and how they lie. */
  readonly columns: number
  readonly order: 'rows' | 'columns'
}

/**
 * The intervals of sums with known weights. Weights are walked over once for all nodes that ask the
 * same, and in one model no more of them than it can have: whatever else a graph asks is not known.
 */
export class Weighing {
  readonly #known = new Map<string, Interval>()
  #rest: number

  /** @param most Weights that are walked over in all. */
  constructor(most: number) {
    this.#rest = most
  }

  /** @param walk The interval, of weights and zero points of the columns. Undefined: not known. */
  interval(
    { weights, zero, data, columns, order }: Weighed,
    walk: (weights: Weights, zeros: Int16Array) => Interval,
  ): Interval | undefined {
    if (weights.tensor === undefined || (zero !== undefined && zero.tensor === undefined)) {
      return undefined
    }
    const key = [order, weights.index, zero?.index, data.low, data.high].join()
    const known = this.#known.get(key)
    const elements = weights.tensor.data as Weights
    if (known !== undefined || elements.length > this.#rest) return known
    this.#rest -= elements.length
    const zeros = zerosOf(zero?.tensor?.data as Weights | undefined, columns)
    const interval = walk(elements, zeros)
    this.#known.set(key, interval)
    return interval
  }
}

function zerosOf(zeros: Weights | undefined, count: number): Int16Array {
  if (zeros === undefined) return new Int16Array(count)
  return zeros.length === 1 ? new Int16Array(count).fill(zeros[0] ?? 0) : Int16Array.from(zeros)
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
