/** From, and up to: a piece of one dimension. */
export type Span = readonly [from: number, to: number]

export function size([from, to]: Span): number {
  return to - from
}

export function isWhole([from, to]: Span, count: number): boolean {
  return from === 0 && to === count
}

/** Two pieces of what is longer than 1, the first a multiple of `step` where it is longer than `step`. */
export function halves([from, to]: Span, step: number): readonly [Span, Span] {
  const half = (to - from) / 2
  const middle = from + (to - from > step ? Math.ceil(half / step) * step : Math.ceil(half))
  return [
    [from, middle],
    [middle, to],
  ]
}
