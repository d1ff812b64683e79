import { type ConvShape, outputOf } from './shape.ts'

/** Elements of 8 bits. */
export type Bytes = Int8Array | Uint8Array

/** One zero point, or one for each column of the weights (each filter of a convolution). */
export type ZeroPoint = number | ArrayLike<number>

/** {@link denseInteger} by definition, in plain TypeScript. */
export function denseIntegerPlain(
  a: Bytes,
  b: Bytes,
  m: number,
  k: number,
  n: number,
  aZero: number,
  bZero: ZeroPoint,
): Int32Array {
  const zeros = zeroPoints(bZero, n)
  const result = new Int32Array(m * n)
  for (let row = 0; row < m; row++) {
    const sums = result.subarray(row * n, row * n + n)
    for (let inner = 0; inner < k; inner++) {
      const factor = (a[row * k + inner] as number) - aZero
      const start = inner * n
      for (let column = 0; column < n; column++) {
        const weight = (b[start + column] as number) - (zeros[column] as number)
        sums[column] = (sums[column] as number) + Math.imul(factor, weight)
      }
    }
  }
  return result
}

/** {@link convInteger} by definition, in plain TypeScript. */
export function convIntegerPlain(
  x: Bytes,
  w: Bytes,
  shape: ConvShape,
  xZero: number,
  wZero: ZeroPoint,
): Int32Array {
  const { batch, filters } = shape
  const [rows, columns] = outputOf(shape)
  const zeros = zeroPoints(wZero, filters)
  const result = new Int32Array(batch * filters * rows * columns)
  let at = 0
  for (let item = 0; item < batch; item++) {
    for (let filter = 0; filter < filters; filter++) {
      const zero = zeros[filter] as number
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          result[at++] = pixel(x, w, shape, item, filter, row, column, xZero, zero)
        }
      }
    }
  }
  return result
}

function pixel(
  x: Bytes,
  w: Bytes,
  shape: ConvShape,
  item: number,
  filter: number,
  row: number,
  column: number,
  xZero: number,
  wZero: number,
): number {
  const { channels, height, width, filters, groups, kernel, strides, dilations, pads } = shape
  const depth = channels / groups
  const group = Math.floor(filter / (filters / groups))
  const top = row * strides[0] - pads[0]
  const left = column * strides[1] - pads[1]
  let sum = 0
  for (let inner = 0; inner < depth; inner++) {
    const plane = (item * channels + group * depth + inner) * height
    const weights = (filter * depth + inner) * kernel[0]
    for (let tapRow = 0; tapRow < kernel[0]; tapRow++) {
      const y = top + tapRow * dilations[0]
      if (y < 0 || y >= height) continue
      const line = (plane + y) * width
      const weightLine = (weights + tapRow) * kernel[1]
      for (let tapColumn = 0; tapColumn < kernel[1]; tapColumn++) {
        const at = left + tapColumn * dilations[1]
        if (at < 0 || at >= width) continue
        const value = (x[line + at] as number) - xZero
        sum = (sum + Math.imul(value, (w[weightLine + tapColumn] as number) - wZero)) | 0
      }
    }
  }
  return sum
}

export function zeroPoints(zero: ZeroPoint, count: number): Int16Array {
  return typeof zero === 'number' ? new Int16Array(count).fill(zero) : Int16Array.from(zero)
}
