import { bytesOf, newData } from '../onnx/types.ts'
import { type Shape, stridesOf } from '../operators/shape.ts'
import { copyStrided } from '../operators/strided.ts'
import type { Node, Program, Tensor } from '../types.ts'

/**
 * The order in which the elements of a value are committed: row-major over its axes in another
 * order, so that what an operator reads together stands together.
 */
export class Layout {
  /** Axes of the value, the slowest first. */
  readonly order: Shape
  readonly shape: Shape
  readonly isRowMajor: boolean
  /** By place in `order`: elements between neighbours along that axis, as committed. */
  readonly strides: Shape
  /** The same in row-major order. */
  readonly #logical: Shape
  readonly #committed: Shape

  constructor(shape: Shape, order: Shape) {
    this.shape = shape
    this.order = order
    const logical = stridesOf(shape)
    this.#logical = order.map((axis) => logical[axis] ?? 1)
    this.#committed = order.map((axis) => shape[axis] ?? 1)
    this.strides = stridesOf(this.#committed)
    this.isRowMajor = this.strides.every(
      (stride, place) => this.#committed[place] === 1 || stride === this.#logical[place],
    )
  }

  /** Where the element with this row-major index is committed. */
  position(index: number): number {
    return this.isRowMajor ? index : this.#carry(index, this.#logical, this.strides)
  }

  /** The row-major index of the element committed at `position`. */
  index(position: number): number {
    return this.isRowMajor ? position : this.#carry(position, this.strides, this.#logical)
  }

  /** `extents` by place in `order` as extents by axis. */
  logical(extents: Shape): number[] {
    return this.shape.map((_, axis) => extents[this.order.indexOf(axis)] ?? 1)
  }

  /** The tensor's elements in committed order, little-endian. */
  commit({ data }: Pick<Tensor, 'data'>): Uint8Array {
    if (this.isRowMajor) return bytesOf(data)
    const moved = data.slice()
    copyStrided(
      { data: moved, offset: 0, strides: this.strides },
      { data, offset: 0, strides: this.#logical },
      this.#committed,
    )
    return bytesOf(moved)
  }

  /** The tensor's elements at committed positions `from` to before `to`, little-endian. */
  commitPart({ type, data }: Pick<Tensor, 'type' | 'data'>, from: number, to: number): Uint8Array {
    if (this.isRowMajor) return bytesOf(data.subarray(from, to))
    const part = newData(type, to - from)
    for (let position = from; position < to; position++) {
      part[position - from] = data[this.index(position)] as never
    }
    return bytesOf(part)
  }

  #carry(at: number, from: Shape, to: Shape): number {
    let result = 0
    for (let place = 0; place < from.length; place++) {
      const along = Math.floor(at / (from[place] ?? 1)) % (this.#committed[place] ?? 1)
      result += along * (to[place] ?? 1)
    }
    return result
  }
}

const known = new WeakMap<Program, readonly Layout[]>()

/** The layout of every value, by its index: the first node that cares about the order decides. */
export function layoutsOf(program: Program): readonly Layout[] {
  const cached = known.get(program)
  if (cached !== undefined) return cached
  const orders: Shape[] = program.values.map(({ shape }) => rowMajor(shape.length))
  for (const node of program.nodes.toReversed()) {
    for (let place = node.inputs.length - 1; place >= 0; place--) {
      const value = node.inputs[place]
      if (value === undefined) continue
      const wanted = wantedOrder(program, node, place, orders)
      if (wanted !== undefined) orders[value] = wanted
    }
  }
  const layouts = program.values.map(({ shape }, value) => new Layout(shape, orders[value] ?? []))
  known.set(program, layouts)
  return layouts
}

/** The order in which a node wants an input to stand; undefined when all are alike to it. */
function wantedOrder(
  program: Program,
  node: Node,
  place: number,
  orders: readonly Shape[],
): Shape | undefined {
  const shape = shapeOf(program, node.inputs[place])
  const rank = shape.length
  const outputShape = shapeOf(program, node.outputs[0])
  const order = orders[node.outputs[0] ?? 0] ?? []
  const reduced = node.attributes['axes'] ?? node.attributes['axis']
  switch (node.operator) {
    case 'ConvInteger':
    case 'MaxPool':
    case 'AveragePool':
      return place < 2 && rank > 2 ? channelsLast(rank) : undefined
    case 'MatMulInteger':
      if (place > 1 || rank < 2) return undefined
      return place === 0 ? rowMajor(rank) : [...rowMajor(rank - 2), rank - 1, rank - 2]
    case 'Transpose': {
      const permutation = node.attributes['perm']
      return Array.isArray(permutation)
        ? order.map((axis) => permutation[axis] as number)
        : undefined
    }
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
      return place === 0 ? throughReshape(shape, outputShape, order) : undefined
    case 'ReduceSum':
    case 'ReduceMax':
    case 'ReduceMin':
    case 'ArgMax':
    case 'ArgMin':
    case 'TopK':
      return place === 0 ? axesLast(rank, [reduced ?? []].flat()) : undefined
    case 'Gather':
      return undefined
    default:
      return throughBroadcast(rank, order)
  }
}

function shapeOf(program: Program, value: number | undefined): Shape {
  return (value === undefined ? undefined : program.values[value]?.shape) ?? []
}

function rowMajor(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis)
}

/** (n, h, w, c) and, for weights, (m, kh, kw, c). */
function channelsLast(rank: number): number[] {
  return [0, ...rowMajor(rank).slice(2), 1]
}

function axesLast(rank: number, axes: Shape): number[] {
  const last = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))
  const all = rowMajor(rank)
  return [...all.filter((axis) => !last.has(axis)), ...all.filter((axis) => last.has(axis))]
}

function throughBroadcast(rank: number, order: Shape): number[] | undefined {
  const missing = order.length - rank
  if (missing < 0) return undefined
  return order.filter((axis) => axis >= missing).map((axis) => axis - missing)
}

/** Where a reshape only adds or drops axes of one, the order of the others goes through. */
function throughReshape(shape: Shape, outputShape: Shape, order: Shape): number[] | undefined {
  const from = wideAxes(shape)
  const to = wideAxes(outputShape)
  const isSame =
    from.length === to.length &&
    from.every((axis, place) => shape[axis] === outputShape[to[place] ?? 0])
  if (!isSame) return undefined
  const wide = order.flatMap((axis) => from[to.indexOf(axis)] ?? [])
  return [...rowMajor(shape.length).filter((axis) => shape[axis] === 1), ...wide]
}

function wideAxes(shape: Shape): number[] {
  return rowMajor(shape.length).filter((axis) => shape[axis] !== 1)
}
