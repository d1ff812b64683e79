/** How operators that move elements are put into a random graph. */
import type { ValueSpec } from '#inference'

import { dataTypes } from '../../inference/onnx/types.ts'
import { type GraphBuilder, sizeOf } from './graph-builder.ts'
import { all, bytes, integers, type Recipe, typed, typesOf } from './graph-types.ts'

export const reshape: Recipe = (builder, name) => {
  const value = builder.take(all)
  const factors = [...value.shape.filter((size) => size > 1), 1]
  const shape: number[] = []
  for (const factor of factors) {
    if (shape.length > 0 && builder.random.oneIn(2)) shape.push((shape.pop() ?? 1) * factor)
    else shape.push(factor)
  }
  const wanted = [...shape]
  if (builder.random.oneIn(2)) wanted[builder.random.below(wanted.length)] = -1
  builder.node(name, [value, builder.integers(wanted)], [{ type: typed(value).type, shape }])
}

export const flatten: Recipe = (builder, name) => {
  const value = builder.take(all, 1)
  const axis = builder.random.below(value.shape.length + 1)
  const shape = [sizeOf(value.shape.slice(0, axis)), sizeOf(value.shape.slice(axis))]
  builder.node(name, [value], [{ type: typed(value).type, shape }], { axis })
}

export const squeeze: Recipe = (builder, name) => {
  const value = builder.take(all)
  const ones = value.shape.map((size, axis) => (size === 1 ? axis : -1)).filter((axis) => axis >= 0)
  const axes = ones.filter(() => builder.random.oneIn(2))
  const dropped = axes.length === 0 ? ones : axes
  const shape = value.shape.filter((_, axis) => !dropped.includes(axis))
  withAxes(builder, name, value, axes, shape)
}

export const unsqueeze: Recipe = (builder, name) => {
  const value = builder.take(all, 0, 3)
  const axes = [0, 1].filter((axis) => axis <= value.shape.length && builder.random.oneIn(2))
  if (axes.length === 0) axes.push(value.shape.length)
  const shape = [...value.shape]
  for (const axis of axes) shape.splice(axis, 0, 1)
  withAxes(builder, name, value, axes, shape)
}

function withAxes(
  builder: GraphBuilder,
  name: string,
  value: ValueSpec,
  axes: readonly number[],
  shape: readonly number[],
): void {
  const output = { type: typed(value).type, shape }
  if (axes.length === 0) builder.node(name, [value], [output])
  else if (builder.opset < 13) builder.node(name, [value], [output], { axes })
  else builder.node(name, [value, builder.integers(axes)], [output])
}

export const transpose: Recipe = (builder, name) => {
  const value = builder.take(all, 1)
  const perm = value.shape.map((_, axis) => axis)
  for (let at = perm.length - 1; at > 0; at--) {
    const other = builder.random.below(at + 1)
    ;[perm[at], perm[other]] = [perm[other] ?? 0, perm[at] ?? 0]
  }
  const shape = perm.map((axis) => value.shape[axis] ?? 1)
  builder.node(name, [value], [{ type: typed(value).type, shape }], { perm })
}

export const concat: Recipe = (builder, name) => {
  const first = builder.take(all, 1)
  const axis = builder.random.below(first.shape.length)
  const operands = [first]
  for (let count = builder.random.below(3); count > 0; count--) {
    const shape = first.shape.with(axis, 1 + builder.random.below(4))
    const { type } = typed(first)
    const isInput = builder.random.oneIn(2)
    operands.push(
      isInput
        ? builder.input({ type, shape })
        : builder.constant(type, shape, builder.data(type, shape)),
    )
  }
  const size = operands.reduce((sum, { shape }) => sum + (shape[axis] ?? 1), 0)
  const shape = first.shape.with(axis, size)
  builder.node(name, operands, [{ type: typed(first).type, shape }], { axis })
}

export const split: Recipe = (builder, name) => {
  const { random, opset } = builder
  const value = builder.take(all, 1)
  const axis = random.below(value.shape.length)
  const size = value.shape[axis] ?? 1
  const cut = random.below(size)
  const parts = cut === 0 ? [size] : [cut, size - cut]
  const outputs = parts.map((part) => ({
    type: typed(value).type,
    shape: value.shape.with(axis, part),
  }))
  if (opset < 13) builder.node(name, [value], outputs, { axis, split: parts })
  else builder.node(name, [value, builder.integers(parts)], outputs, { axis })
}

export const gather: Recipe = (builder, name) => {
  const { random } = builder
  const value = builder.take(all, 1, 3)
  const axis = random.below(value.shape.length)
  const size = value.shape[axis] ?? 1
  const shape = builder.shape(random.below(3))
  const type = random.pick(['int32', 'int64'] as const)
  const indices = builder.data(type, shape)
  for (const [at, index] of indices.entries()) {
    const place = random.below(2 * size) - size
    indices[at] = (typeof index === 'bigint' ? BigInt(place) : place) as never
  }
  const result = [...value.shape.slice(0, axis), ...shape, ...value.shape.slice(axis + 1)]
  const output = [{ type: typed(value).type, shape: result }]
  builder.node(name, [value, builder.constant(type, shape, indices)], output, { axis })
}

/** A table of 256 for data of 8 bits. */
export const table: Recipe = (builder) => {
  const index = builder.take(bytes)
  const type = builder.random.pick(integers)
  const wide = builder.random.pick(['int32', 'int64'] as const)
  const cells = builder.constant(type, [256], builder.data(type, [256]))
  const to = { to: dataTypes[wide] }
  const [place = index] = builder.node('Cast', [index], [{ type: wide, shape: index.shape }], to)
  builder.node('Gather', [cells, place], [{ type, shape: index.shape }])
}

export const slice: Recipe = (builder, name) => {
  const { random } = builder
  const value = builder.take(all, 1)
  const axis = random.below(value.shape.length)
  const size = value.shape[axis] ?? 1
  const [a, b] = [random.below(size), random.below(size)]
  const [low, high] = [Math.min(a, b), Math.max(a, b)]
  const step = 1 + random.below(3)
  const isBackward = random.oneIn(2)
  const start = isBackward ? high : random.oneIn(2) ? low : low - size
  const forward = high === size - 1 ? Number.MAX_SAFE_INTEGER : high + 1
  const end = isBackward ? (low === 0 ? -size - 1 : low - 1) : forward
  const shape = value.shape.with(axis, Math.ceil((high - low + 1) / step))
  const inputs = [[start], [end], [axis], [isBackward ? -step : step]].map((values) => {
    return builder.integers(values)
  })
  builder.node(name, [value, ...inputs], [{ type: typed(value).type, shape }])
}

export const pad: Recipe = (builder, name) => {
  const { random } = builder
  if (builder.opset < 11) return
  const value = builder.take(typesOf(builder, name, all), 1)
  const { type } = typed(value)
  const mode = random.pick(['constant', 'edge', 'reflect'])
  const pads = [...value.shape, ...value.shape].map((size) => {
    return mode === 'reflect' ? random.below(size) : random.below(3)
  })
  const rank = value.shape.length
  const shape = value.shape.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0))
  const inputs: (ValueSpec | string)[] = [value, builder.integers(pads)]
  if (mode === 'constant' && random.oneIn(2)) {
    inputs.push(builder.constant(type, [], builder.data(type, [])))
  }
  builder.node(name, inputs, [{ type, shape }], mode === 'constant' ? {} : { mode })
}

export const expand: Recipe = (builder, name) => {
  const value = builder.take(all, 0, 3)
  const wanted = [1 + builder.random.below(3), ...value.shape].map((size) => {
    return size === 1 ? 1 + builder.random.below(3) : size
  })
  builder.node(
    name,
    [value, builder.integers(wanted)],
    [{ type: typed(value).type, shape: wanted }],
  )
}
