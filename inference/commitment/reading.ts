import { type Shape, sizeOf, stridesOf } from '../operators/shape.ts'
import type { Node, Program } from '../types.ts'

/** A part of a value: `copies` boxes, wherever they are, each no larger than `extents` (by axis). */
export interface Boxes {
  readonly copies: number
  readonly extents: readonly number[]
}

/** Boxes of an input of a node, by its place among the inputs. */
export interface Reading extends Boxes {
  readonly input: number
}

type Read = (
  node: Node,
  inputs: readonly (Shape | undefined)[],
  extents: Shape,
) => readonly Reading[]

/**
 * What a node reads at most to make a box of one of its outputs, for any data.
 *
 * @param box Its extents, by the axes of the output.
 */
export function readings(
  program: Program,
  node: Node,
  output: number,
  box: Shape,
): readonly Reading[] {
  const inputs = node.inputs.map((value) =>
    value === undefined ? undefined : program.values[value]?.shape,
  )
  const outputShape = program.values[node.outputs[output] ?? 0]?.shape ?? []
  const read = operators[node.operator] ?? byOutput(outputShape)
  return read(node, inputs, box).map(({ input, copies, extents }) => ({
    input,
    copies,
    extents: extents.map((extent, axis) => Math.min(extent, inputs[input]?.[axis] ?? 1)),
  }))
}

/**
 * Boxes that cover any `length` elements which stand together in row-major order.
 *
 * @param isAligned Whether the first one's index is a multiple of `length`.
 */
export function cover(shape: Shape, length: number, isAligned: boolean): Boxes {
  const extents = shape.map(() => 1)
  let inner = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dimension = shape[axis] ?? 1
    const outer = inner * dimension
    if (outer <= length) {
      extents[axis] = dimension
      inner = outer
      continue
    }
    const isExact = isAligned && length % inner === 0
    extents[axis] = isExact ? length / inner : Math.ceil((length - 1) / inner) + 1
    const crosses = length > 1 && !(isAligned && outer % length === 0)
    return { copies: crosses ? 2 : 1, extents }
  }
  return { copies: 1, extents }
}

const operators: Readonly<Record<string, Read>> = {
  MatMulInteger: readMatrices,
  ConvInteger: readConvolution,
  MaxPool: (node, [x = []], box) => [whole(0, readWindows(node, x, box, kernelOf(node)))],
  AveragePool: (node, [x = []], box) => [whole(0, readWindows(node, x, box, kernelOf(node)))],
  Transpose: (node, [x = []], box) => {
    const permutation = listOf(node, 'perm') ?? x.map((_, axis) => x.length - 1 - axis)
    return [
      whole(
        0,
        x.map((_, axis) => box[permutation.indexOf(axis)] ?? 1),
      ),
    ]
  },
  Concat: (_, inputs, box) => inputs.map((_input, place) => whole(place, box)),
  Split: (_, _inputs, box) => [whole(0, box)],
  Pad: (_, inputs, box) => [whole(0, box), ...others(inputs, 1)],
  Slice: (node, _inputs, box) => {
    const steps = listOf(node, 'steps') ?? []
    return [
      whole(
        0,
        box.map((extent, axis) => (extent - 1) * Math.abs(steps[axis] ?? 1) + 1),
      ),
    ]
  },
  Gather: readGather,
  ReduceSum: readReduced,
  ReduceMax: readReduced,
  ReduceMin: readReduced,
  ArgMax: readReduced,
  ArgMin: readReduced,
  TopK: readReduced,
}

function readMatrices(_: Node, inputs: readonly (Shape | undefined)[], box: Shape): Reading[] {
  const [a = [], b = []] = inputs
  const batches = box.slice(0, box.length - (a.length > 1 ? 1 : 0) - (b.length > 1 ? 1 : 0))
  const rows = box[batches.length] ?? 1
  const columns = box.at(-1) ?? 1
  const depth = a.at(-1) ?? 1
  const left = a.length > 1 ? [...broadcast(a.slice(0, -2), batches), rows, depth] : [depth]
  const right = b.length > 1 ? [...broadcast(b.slice(0, -2), batches), depth, columns] : [depth]
  return [whole(0, left), whole(1, right), ...others(inputs, 2)]
}

function readConvolution(
  node: Node,
  inputs: readonly (Shape | undefined)[],
  box: Shape,
): Reading[] {
  const [x = [], weights = []] = inputs
  const [filters = 1, channels = 1, ...kernel] = weights
  const groups = Math.max(1, Math.round((x[1] ?? 1) / channels))
  const made = box[1] ?? 1
  const touched = Math.min(groups, Math.ceil((made - 1) / (filters / groups)) + 1)
  const windows = readWindows(node, x, box, kernel)
  return [
    whole(
      0,
      windows.map((extent, axis) => (axis === 1 ? touched * channels : extent)),
    ),
    whole(1, [made, channels, ...kernel]),
    ...others(inputs, 2),
  ]
}

/** Extents in (n, c, ...) of the windows under a box; padding reads nothing. */
function readWindows(node: Node, x: Shape, box: Shape, kernel: Shape): number[] {
  const steps = listOf(node, 'strides') ?? []
  const dilations = listOf(node, 'dilations') ?? []
  return x.map((_, axis) => {
    const extent = box[axis] ?? 1
    if (axis < 2) return extent
    const reach = ((kernel[axis - 2] ?? 1) - 1) * (dilations[axis - 2] ?? 1) + 1
    return (extent - 1) * (steps[axis - 2] ?? 1) + reach
  })
}

function readGather(node: Node, inputs: readonly (Shape | undefined)[], box: Shape): Reading[] {
  const [data = [], indices = []] = inputs
  const axis = axisOf(node.attributes['axis'], data.length)
  const chosen = box.slice(axis, axis + indices.length)
  const extents = [...box.slice(0, axis), 1, ...box.slice(axis + indices.length)]
  return [{ input: 0, copies: sizeOf(chosen), extents }, whole(1, chosen)]
}

function readReduced(node: Node, inputs: readonly (Shape | undefined)[], box: Shape): Reading[] {
  const [x = []] = inputs
  const list = [node.attributes['axes'] ?? node.attributes['axis'] ?? []].flat()
  const reduced = new Set(list.map((axis) => axisOf(axis, x.length)))
  const areKept = box.length === x.length
  const left = x.map((_, axis) => axis).filter((axis) => areKept || !reduced.has(axis))
  return [
    whole(
      0,
      x.map((dimension, axis) =>
        reduced.has(axis) || reduced.size === 0 ? dimension : (box[left.indexOf(axis)] ?? 1),
      ),
    ),
    ...others(inputs, 1),
  ]
}

/**
 * How many of a node's inputs a box of its output can be made of.
 *
 * @param box Its extents, by the axes of the output.
 */
export function inputsRead(
  program: Program,
  { operator, inputs, attributes }: Node,
  box: Shape,
): number {
  if (operator !== 'Concat') return inputs.length
  const axis = axisOf(attributes['axis'], box.length)
  const sizes = inputs.map((value = -1) => program.values[value]?.shape[axis] ?? 1)
  const extent = box[axis] ?? 1
  // From the last element of one input on, the box takes inputs as long as they start within it.
  let most = 1
  let [end, taken] = [1, 1]
  for (const first of sizes.keys()) {
    if (end <= first) [end, taken] = [first + 1, 1]
    while (end < sizes.length && taken < extent) taken += sizes[end++] ?? 1
    most = Math.max(most, end - first)
    taken -= sizes[first + 1] ?? 1
  }
  return most
}

/** Operators that take the elements in their order, or each from its own place. */
function byOutput(outputShape: Shape): Read {
  return (node, inputs, box) =>
    reshapes.has(node.operator)
      ? [readInOrder(inputs[0] ?? [], outputShape, box)]
      : inputs.flatMap((shape, place) =>
          shape === undefined ? [] : [whole(place, broadcast(shape, box))],
        )
}

const reshapes: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'])

function readInOrder(x: Shape, outputShape: Shape, box: Shape): Reading {
  const steps = stridesOf(outputShape)
  let length = 1
  let axis = box.length - 1
  while (axis >= 0 && length === (steps[axis] ?? 1)) length *= box[axis--] ?? 1
  const runs = sizeOf(box) / length
  const { copies, extents } = cover(x, length, false)
  return { input: 0, copies: runs * copies, extents }
}

function broadcast(shape: Shape, box: Shape): number[] {
  const missing = box.length - shape.length
  return shape.map((dimension, axis) => (dimension === 1 ? 1 : (box[axis + missing] ?? 1)))
}

function whole(input: number, extents: Shape): Reading {
  return { input, copies: 1, extents }
}

/** Inputs from `first` on, as wholes. */
function others(inputs: readonly (Shape | undefined)[], first: number): Reading[] {
  return inputs.flatMap((shape, place) =>
    shape === undefined || place < first ? [] : [whole(place, shape)],
  )
}

function listOf(node: Node, name: string): readonly number[] | undefined {
  const list = node.attributes[name]
  return typeof list === 'number' ? [list] : list
}

function kernelOf(node: Node): readonly number[] {
  return listOf(node, 'kernel') ?? []
}

function axisOf(axis: Node['attributes'][string] | undefined, rank: number): number {
  const first = typeof axis === 'number' ? axis : (axis?.[0] ?? 0)
  return first < 0 ? first + rank : first
}
