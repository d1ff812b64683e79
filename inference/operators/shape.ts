import type { NodeContext } from './context.ts'

export type Shape = readonly number[]

export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dimension of shape) size *= dimension
  return size
}

/** Elements between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = Array.from(shape, () => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1)
  }
  return strides
}

/** The place along each axis of element `index`. */
export function placeOf(index: number, shape: Shape): number[] {
  const place = Array.from(shape, () => 0)
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dimension = shape[axis] ?? 1
    place[axis] = rest % dimension
    rest = Math.floor(rest / dimension)
  }
  return place
}

export function dot(place: Shape, strides: Shape): number {
  let at = 0
  for (let axis = 0; axis < place.length; axis++) at += (place[axis] ?? 0) * (strides[axis] ?? 0)
  return at
}

/**
 * The shape that all are stretched to.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Broadcasting.md
 */
export function broadcast(context: NodeContext, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    let all = 1
    for (const shape of shapes) {
      const dimension = shape[axis - rank + shape.length] ?? 1
      if (dimension === 1) continue
      if (all !== 1 && all !== dimension) context.refuse('shape', 'the shapes cannot be broadcast')
      all = dimension
    }
    return all
  })
}

/** The strides in `shape` of its elements as `target` has them: 0 along what is stretched. */
export function stretchedStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape)
  const missing = target.length - shape.length
  return target.map((_, axis) => (shape[axis - missing] === 1 ? 0 : (strides[axis - missing] ?? 0)))
}

/** `axis` from the front; refused when it is not one of `rank`. */
export function axisOf(context: NodeContext, axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) return context.refuse('attribute', `axis ${axis} of ${rank}`)
  return axis < 0 ? axis + rank : axis
}

/** Axes from the front in rising order, each once. */
export function axesOf(context: NodeContext, axes: Shape, rank: number): number[] {
  const sorted = axes.map((axis) => axisOf(context, axis, rank)).toSorted((a, b) => a - b)
  if (new Set(sorted).size !== sorted.length) context.refuse('attribute', 'an axis stands twice')
  return sorted
}
