/** Row-major. Integers of the model (indices, shapes) are numbers too: all are below 2^53. */
export interface FloatTensor {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export function scalar(value: number): FloatTensor {
  return { shape: [], data: Float64Array.of(value) }
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1
  for (const dimension of shape) size *= dimension
  return size
}

/** Elements between neighbours along each dimension. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = Array.from(shape, () => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = at(strides, axis + 1) * at(shape, axis + 1)
  }
  return strides
}

/** The shape of both together by NumPy's rule; undefined when they do not fit. */
export function broadcastShape(
  a: readonly number[],
  b: readonly number[],
): readonly number[] | undefined {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) return undefined
    shape.push(left === 1 ? right : left)
  }
  return shape
}

/** For each element of `shape`, where in a tensor of shape `from` it is found. */
export function broadcastIndices(from: readonly number[], shape: readonly number[]): Int32Array {
  const strides = stridesOf(from)
  const steps = shape.map((_, axis) => {
    const own = axis - shape.length + from.length
    return own < 0 || at(from, own) === 1 ? 0 : at(strides, own)
  })
  return walk(shape, steps)
}

/** Flat positions when dimension i of `shape` advances by `steps[i]`, in row-major order. */
export function walk(shape: readonly number[], steps: readonly number[], start = 0): Int32Array {
  const positions = new Int32Array(sizeOf(shape))
  const counters = shape.map(() => 0)
  let position = start
  for (let index = 0; index < positions.length; index++) {
    positions[index] = position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = at(counters, axis) + 1
      position += at(steps, axis)
      counters[axis] = next
      if (next < at(shape, axis)) break
      counters[axis] = 0
      position -= at(steps, axis) * next
    }
  }
  return positions
}

export function take(data: Float64Array, positions: Int32Array): Float64Array {
  const taken = new Float64Array(positions.length)
  for (let index = 0; index < positions.length; index++) {
    taken[index] = at(data, at(positions, index))
  }
  return taken
}

/** `tensor` repeated up to `shape`. */
export function expand(tensor: FloatTensor, shape: readonly number[]): FloatTensor {
  if (sameShape(tensor.shape, shape)) return tensor
  return { shape, data: take(tensor.data, broadcastIndices(tensor.shape, shape)) }
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis])
}

/** An element that is there; reading past the end is a defect of the caller. */
export function at(items: ArrayLike<number>, index: number): number {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no element ${index} of ${items.length}`)
  return item
}
