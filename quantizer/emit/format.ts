/** How reals stand as whole numbers from 0 to `levels`: real = scale · (number − zeroPoint). */
export interface Format {
  readonly type: 'int32' | 'uint8'
  readonly scale: number
  readonly zeroPoint: number
  readonly levels: number
}

export interface Range {
  readonly low: number
  readonly high: number
}

/**
 * The finest format in which all of `range` stands, and zero stands exactly: the padding of a
 * convolution is zero, and so is what a ReLU cuts off.
 */
export function formatOf(range: Range, type: Format['type'], levels: number): Format {
  const low = Math.min(range.low, 0)
  const high = Math.max(range.high, 0)
  // One level is kept for rounding the zero point.
  const scale = high - low > 0 ? (high - low) / (levels - 1) : 1
  return { type, scale, zeroPoint: Math.floor(-low / scale + 0.5), levels }
}

/** What matrices and convolutions take. */
export function narrowOf(range: Range): Format {
  return formatOf(range, 'uint8', 255)
}

/** What is added, averaged or normalised: `bits` of precision in int32. */
export function wideOf(range: Range, bits = 16): Format {
  return formatOf(range, 'int32', (1 << bits) - 1)
}

export function encode(value: number, { scale, zeroPoint, levels }: Format): number {
  return Math.min(Math.max(Math.floor(value / scale + 0.5) + zeroPoint, 0), levels)
}

export function decode(number: number, { scale, zeroPoint }: Format): number {
  return (number - zeroPoint) * scale
}
