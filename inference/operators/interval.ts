import type { ElementType } from '../types.ts'

/** All integers from `low` to `high`. */
export interface Interval {
  readonly low: bigint
  readonly high: bigint
}

const signed = (bits: bigint): Interval => ({
  low: -(1n << (bits - 1n)),
  high: (1n << (bits - 1n)) - 1n,
})
const unsigned = (bits: bigint): Interval => ({ low: 0n, high: (1n << bits) - 1n })

const ranges: Readonly<Record<ElementType, Interval>> = {
  bool: unsigned(1n),
  int8: signed(8n),
  uint8: unsigned(8n),
  int16: signed(16n),
  uint16: unsigned(16n),
  int32: signed(32n),
  uint32: unsigned(32n),
  int64: signed(64n),
  uint64: unsigned(64n),
}

export function rangeOf(type: ElementType): Interval {
  return ranges[type]
}

export function isWithin(inner: Interval, outer: Interval): boolean {
  return inner.low >= outer.low && inner.high <= outer.high
}

/** The least interval around all values. */
export function around(...values: readonly [bigint, ...bigint[]]): Interval {
  let [low] = values
  let high = low
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}

export function union(...intervals: readonly Interval[]): Interval {
  const [first = { low: 0n, high: 0n }, ...others] = intervals
  return around(first.low, first.high, ...others.flatMap(({ low, high }) => [low, high]))
}

export function sum(a: Interval, b: Interval): Interval {
  return { low: a.low + b.low, high: a.high + b.high }
}

export function difference(a: Interval, b: Interval): Interval {
  return { low: a.low - b.high, high: a.high - b.low }
}

export function product(a: Interval, b: Interval): Interval {
  return around(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
}

/** Of `a` by what is positive, toward zero. */
export function quotient(a: Interval, b: Interval): Interval {
  return around(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high)
}

/** What stays of `a` when it is cut off at both ends of `bounds`. */
export function clamp(value: bigint, { low, high }: Interval): bigint {
  const raised = value < low ? low : value
  return raised > high ? high : raised
}
