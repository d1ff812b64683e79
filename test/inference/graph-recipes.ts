/** How each operator is put into a random graph. */
import type { AttributeSpec, ElementType, ValueSpec } from '#inference'

import { dataTypes } from '../../inference/onnx/types.ts'
import { broadcast, type GraphBuilder } from './graph-builder.ts'
import { all, bytes, integers, type Recipe, signed, typed, typesOf } from './graph-types.ts'
import {
  concat,
  expand,
  flatten,
  gather,
  pad,
  reshape,
  slice,
  split,
  squeeze,
  table,
  transpose,
  unsqueeze,
} from './graph-view-recipes.ts'

const unary =
  (types: readonly ElementType[]): Recipe =>
  (builder, name) => {
    const value = builder.take(typesOf(builder, name, types))
    builder.node(name, [value], [typed(value)])
  }

const binary =
  (types: readonly ElementType[], result?: ElementType): Recipe =>
  (builder, name) => {
    const a = builder.take(typesOf(builder, name, types))
    const b = builder.partner(a)
    const shape = broadcast(a.shape, b.shape)
    builder.node(name, builder.random.oneIn(2) ? [a, b] : [b, a], [
      { type: result ?? typed(a).type, shape },
    ])
  }

const division: Recipe = (builder, name) => {
  const value = builder.take(integers)
  const { type } = typed(value)
  const shape = builder.narrowed(value.shape)
  const data = builder.data(type, shape)
  for (const [index, item] of data.entries()) {
    const positive = item <= 0 ? builder.random.below(100) + 1 : item
    data[index] = (typeof item === 'bigint' ? BigInt(positive) : positive) as never
  }
  // onnxruntime takes this remainder of doubles.
  const isExact = !builder.options.oracle || !type.endsWith('64')
  const fmod = name === 'Mod' && isExact && builder.random.oneIn(2)
  builder.node(
    name,
    [value, builder.constant(type, shape, data)],
    [{ type, shape: value.shape }],
    fmod ? { fmod: 1 } : {},
  )
}

const variadic: Recipe = (builder, name) => {
  const first = builder.take(typesOf(builder, name, integers))
  const operands = [first]
  let { shape } = first
  for (let count = builder.random.below(3); count > 0; count--) {
    const operand = builder.partner({ ...first, shape })
    shape = broadcast(shape, operand.shape)
    operands.push(operand)
  }
  builder.node(name, operands, [{ type: typed(first).type, shape }])
}

const clip: Recipe = (builder, name) => {
  const value = builder.take(typesOf(builder, name, integers))
  const { type } = typed(value)
  // onnxruntime means to fuse the two, and fails.
  const isFused = builder.nodes.some(({ operator, outputs }) => {
    return operator === 'Relu' && outputs.includes(value.name)
  })
  if (builder.opset < 11 || (builder.options.oracle && isFused)) return
  const [a, b] = [builder.data(type, [2])[0] ?? 0, builder.data(type, [2])[1] ?? 0]
  const [low, high] = a < b ? [a, b] : [b, a]
  const scalar = (element: number | bigint) => {
    const data = builder.data(type, [])
    data[0] = element as never
    return builder.constant(type, [], data).name
  }
  const inputs = [value, builder.random.oneIn(4) ? '' : scalar(low)]
  if (!builder.random.oneIn(4)) inputs.push(scalar(high))
  builder.node(name, inputs, [typed(value)])
}

const where: Recipe = (builder, name) => {
  const a = builder.take(typesOf(builder, name, all))
  const b = builder.partner(a)
  const shape = broadcast(a.shape, b.shape)
  const condition = builder.partner({ name: '', type: 'bool', shape })
  builder.node(
    name,
    [condition, a, b],
    [{ type: typed(a).type, shape: broadcast(shape, condition.shape) }],
  )
}

const cast: Recipe = (builder, name) => {
  const value = builder.take(all)
  const type = builder.random.pick(all)
  builder.node(name, [value], [{ type, shape: value.shape }], { to: dataTypes[type] })
}

/** Types of weights beside data: another one only where results do not depend on the machine. */
function weightTypes(builder: GraphBuilder, data: ElementType): readonly ElementType[] {
  return data === 'int8' || builder.options.mixed || !builder.options.oracle ? bytes : [data]
}

const matMulInteger: Recipe = (builder, name) => {
  const a = builder.take(bytes, 1, 4)
  const { random } = builder
  const aType = typed(a).type
  const bType = random.pick(weightTypes(builder, aType))
  const k = a.shape.at(-1) ?? 1
  const n = 1 + random.below(random.oneIn(4) ? 20 : 4)
  const isVector = random.oneIn(6)
  const batch = isVector || random.oneIn(2) ? [] : builder.narrowed(a.shape.slice(0, -2))
  const bShape = isVector ? [k] : [...batch, k, n]
  const b = random.oneIn(3)
    ? builder.input({ type: bType, shape: bShape })
    : builder.constant(bType, bShape, builder.data(bType, bShape))
  const inputs: (ValueSpec | string)[] = [a, b]
  if (!random.oneIn(3)) {
    inputs.push(builder.constant(aType, [], builder.data(aType, [])))
    const zeros = isVector || batch.length > 0 || random.oneIn(2) ? [] : [n]
    if (!random.oneIn(3)) inputs.push(builder.constant(bType, zeros, builder.data(bType, zeros)))
  }
  const rows = a.shape.length === 1 ? [] : [a.shape.at(-2) ?? 1]
  const leading = broadcast(a.shape.slice(0, -2), batch)
  const shape = [...leading, ...rows, ...(isVector ? [] : [n])]
  builder.node(name, inputs, [{ type: 'int32', shape }])
}

interface Windows {
  readonly attributes: Record<string, AttributeSpec>
  readonly output: readonly number[]
}

function windows(
  builder: GraphBuilder,
  input: readonly number[],
  kernel: readonly number[],
  dilated: boolean,
): Windows | undefined {
  const { random } = builder
  const each = (most: number) => input.map(() => 1 + random.below(most))
  const [strides, dilations] = [each(2), dilated ? each(2) : input.map(() => 1)]
  const pads = [...kernel, ...kernel].map((size, at) => {
    const isReached = (dilations[at % input.length] ?? 1) <= (input[at % input.length] ?? 1)
    return isReached ? random.below(size) : 0
  })
  const span = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1)
  const mode = dilations.every((size) => size === 1) ? random.below(6) : 5
  const attributes: Record<string, AttributeSpec> = { strides, kernel_shape: kernel }
  if (dilated) attributes['dilations'] = dilations
  if (mode < 2) {
    attributes['auto_pad'] = mode === 0 ? 'SAME_UPPER' : 'SAME_LOWER'
    return { attributes, output: input.map((size, at) => Math.ceil(size / (strides[at] ?? 1))) }
  }
  const isPadded = mode > 2
  if (mode === 2) attributes['auto_pad'] = 'VALID'
  else attributes['pads'] = pads
  const output = input.map((size, axis) => {
    const added = isPadded ? (pads[axis] ?? 0) + (pads[axis + input.length] ?? 0) : 0
    return Math.floor((size + added - (span[axis] ?? 1)) / (strides[axis] ?? 1)) + 1
  })
  return output.every((size) => size > 0) ? { attributes, output } : undefined
}

const convInteger: Recipe = (builder, name) => {
  const { random } = builder
  const x = builder.take(bytes, 3, 4)
  const [batch = 1, channels = 1, ...input] = x.shape
  const groups = random.pick([1, 2, 3, 4].filter((count) => channels % count === 0))
  const filters = groups * (1 + random.below(3))
  const kernel = input.map(() => 1 + random.below(3))
  const moved = windows(builder, input, kernel, true)
  if (moved === undefined) return
  const [xType, wType] = [typed(x).type, random.pick(weightTypes(builder, typed(x).type))]
  const shape = [filters, channels / groups, ...kernel]
  const w = random.oneIn(3)
    ? builder.input({ type: wType, shape })
    : builder.constant(wType, shape, builder.data(wType, shape))
  const inputs: (ValueSpec | string)[] = [x, w]
  if (!random.oneIn(3)) {
    inputs.push(builder.constant(xType, [], builder.data(xType, [])))
    if (!random.oneIn(3)) inputs.push(builder.constant(wType, [], builder.data(wType, [])))
  }
  const attributes = { ...moved.attributes, group: groups }
  builder.node(
    name,
    inputs,
    [{ type: 'int32', shape: [batch, filters, ...moved.output] }],
    attributes,
  )
}

const pool: Recipe = (builder, name) => {
  const value = builder.take(typesOf(builder, name, integers), 3, 4)
  const [batch = 1, channels = 1, ...input] = value.shape
  const kernel = input.map(() => 1 + builder.random.below(3))
  const isAverage = name === 'AveragePool'
  const moved = windows(builder, input, kernel, !isAverage || builder.opset >= 19)
  if (moved === undefined) return
  const attributes = { ...moved.attributes }
  const mode = attributes['auto_pad']
  const isSame = mode === 'SAME_UPPER' || mode === 'SAME_LOWER'
  // SAME pads as much as it takes, which may be more than a window.
  if (isSame && kernel.some((size) => size === 1)) return
  if (isAverage && builder.random.oneIn(2)) attributes['count_include_pad'] = 1
  const shape = [batch, channels, ...moved.output]
  builder.node(name, [value], [{ type: typed(value).type, shape }], attributes)
}

/** onnxruntime adds doubles and saturates: only sums without overflow are comparable. */
function summand(builder: GraphBuilder, name: string): ValueSpec {
  const types = typesOf(builder, name, integers)
  if (name !== 'ReduceSum' || !builder.options.oracle) return builder.take(types, 1)
  const small = builder.take(['int8', 'uint8', 'int16', 'uint16', 'bool'], 1)
  const type = builder.random.pick(types)
  const to = { to: dataTypes[type] }
  const [value = small] = builder.node('Cast', [small], [{ type, shape: small.shape }], to)
  return value
}

const reduction: Recipe = (builder, name) => {
  const { random, opset } = builder
  const value = summand(builder, name)
  const rank = value.shape.length
  const isByInput = opset >= (name === 'ReduceSum' ? 13 : 18)
  const axes = value.shape.map((_, axis) => axis).filter(() => random.oneIn(2))
  const keeps = random.oneIn(2)
  const attributes: Record<string, AttributeSpec> = { keepdims: keeps ? 1 : 0 }
  const signedAxes = axes.map((axis) => (random.oneIn(2) ? axis - rank : axis))
  const inputs: (ValueSpec | string)[] = [value]
  if (axes.length > 0 && isByInput) inputs.push(builder.integers(signedAxes))
  else if (axes.length > 0) attributes['axes'] = signedAxes
  const isReduced = (axis: number) => axes.length === 0 || axes.includes(axis)
  const shape = keeps
    ? value.shape.map((size, axis) => (isReduced(axis) ? 1 : size))
    : value.shape.filter((_, axis) => !isReduced(axis))
  builder.node(name, inputs, [{ type: typed(value).type, shape }], attributes)
}

const choice: Recipe = (builder, name) => {
  const { random } = builder
  const value = builder.take(typesOf(builder, name, integers), 1)
  const axis = random.below(value.shape.length)
  const keeps = random.oneIn(2)
  const attributes: Record<string, AttributeSpec> = { axis, keepdims: keeps ? 1 : 0 }
  if (builder.opset >= 12 && random.oneIn(2)) attributes['select_last_index'] = 1
  const shape = keeps ? value.shape.with(axis, 1) : value.shape.toSpliced(axis, 1)
  builder.node(name, [value], [{ type: 'int64', shape }], attributes)
}

const topK: Recipe = (builder, name) => {
  const { random, opset } = builder
  const value = builder.take(typesOf(builder, name, integers), 1)
  const axis = random.below(value.shape.length)
  const count = 1 + random.below(value.shape[axis] ?? 1)
  const shape = value.shape.with(axis, count)
  const attributes: Record<string, AttributeSpec> = { axis }
  if (opset >= 11) attributes['largest'] = random.below(2)
  const outputs = [
    { type: typed(value).type, shape },
    { type: 'int64' as const, shape },
  ]
  builder.node(name, [value, builder.integers([count])], outputs, attributes)
}

export const recipes: Readonly<Record<string, Recipe>> = {
  Abs: unary(integers),
  Add: binary(integers),
  And: binary(['bool']),
  ArgMax: choice,
  ArgMin: choice,
  AveragePool: pool,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  ConvInteger: convInteger,
  Div: division,
  Equal: binary(all, 'bool'),
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Greater: binary(integers, 'bool'),
  GreaterOrEqual: (builder, name) => {
    if (builder.opset >= 12) binary(integers, 'bool')(builder, name)
  },
  Identity: unary(all),
  Less: binary(integers, 'bool'),
  LessOrEqual: (builder, name) => {
    if (builder.opset >= 12) binary(integers, 'bool')(builder, name)
  },
  MatMulInteger: matMulInteger,
  Max: variadic,
  MaxPool: pool,
  Min: variadic,
  Mod: division,
  Mul: binary(integers),
  Neg: unary(signed),
  Not: unary(['bool']),
  Or: binary(['bool']),
  Pad: pad,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceSum: reduction,
  Relu: unary(signed),
  Reshape: reshape,
  Sign: unary(integers),
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Sub: binary(integers),
  Table: table,
  TopK: topK,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
  Xor: binary(['bool']),
}
