import { newData } from '../onnx/types.ts'
import type { Attributes, TensorData } from '../types.ts'
import { list, number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { allTypes, present } from './elementwise.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import {
  axesOf,
  axisOf,
  broadcast,
  dot,
  placeOf,
  type Shape,
  sizeOf,
  stretchedStrides,
  stridesOf,
} from './shape.ts'
import { copyStrided } from './strided.ts'

/** Which elements of the input an output has: from `offset` on, `strides` apart along each axis. */
interface View {
  readonly offset: number
  readonly strides: Shape
}

interface Facts {
  readonly attributes: Attributes
  readonly input: Shape
  readonly shape: Shape
  readonly output: number
}

interface Viewing {
  readonly name: string
  readonly infer: (context: NodeContext) => Inference
  readonly view: (facts: Facts) => View
}

/** An operator whose outputs are elements of its first input, in another order. */
function viewing({ name, infer, view }: Viewing): Operator {
  return {
    name,
    infer,
    run: (invocation) => invocation.outputs.map((_, output) => copy(invocation, output, view)),
    element: (step) => elementOf(step, view),
  }
}

function copy(
  { inputs, outputs, attributes }: Invocation,
  output: number,
  view: Viewing['view'],
): TensorData {
  const input = present(inputs[0])
  const { type, shape } = present(outputs[output])
  const data = newData(type, sizeOf(shape))
  const source = view({ attributes, input: input.shape, shape, output })
  copyStrided(
    { data, offset: 0, strides: stridesOf(shape) },
    { data: input.data, ...source },
    shape,
  )
  return data
}

function elementOf(step: Step, view: Viewing['view']) {
  const { inputs, outputs, attributes, output, index, read } = step
  const { shape } = present(outputs[output])
  const source = view({ attributes, input: present(inputs[0]).shape, shape, output })
  return read(0, source.offset + dot(placeOf(index, shape), source.strides))
}

/** An operator that gives its input another shape. */
function reshaping(name: string, shapeOf: (context: NodeContext) => Shape): Operator {
  return {
    name,
    infer: (context) => inferView(context, shapeOf(context)),
    run: ({ inputs }) => [present(inputs[0]).data],
    element: ({ index, read }) => read(0, index),
  }
}

function inferView(context: NodeContext, shape: Shape, attributes: Attributes = {}): Inference {
  const { low, high } = context.input(0)
  const type = context.demand(context.input(0), allTypes)
  return { outputs: [{ type, shape, low, high }], attributes, isDirect: true }
}

function reshape(context: NodeContext): Shape {
  context.arity(2)
  const { shape } = context.input(0)
  const wanted = context.constantIntegers(1) ?? context.refuse('inputs')
  if (context.opset >= 14 && context.flag('allowzero', false)) {
    context.refuse('attribute', 'no tensor is empty: allowzero has to be 0')
  }
  const known = wanted.map((size, axis) => {
    if (size !== 0) return size
    return shape[axis] ?? context.refuse('shape')
  })
  if (known.filter((size) => size === -1).length > 1) context.refuse('shape')
  const rest = sizeOf(shape) / sizeOf(known.filter((size) => size !== -1))
  const full = known.map((size) => (size === -1 ? rest : size))
  const isWhole = full.every((size) => Number.isSafeInteger(size) && size > 0)
  return isWhole && sizeOf(full) === sizeOf(shape) ? full : context.refuse('shape')
}

function flatten(context: NodeContext): Shape {
  context.arity(1)
  const { shape } = context.input(0)
  const axis = context.integer('axis', 1)
  if (axis < -shape.length || axis > shape.length) context.refuse('attribute', 'axis')
  const cut = axis < 0 ? axis + shape.length : axis
  return [sizeOf(shape.slice(0, cut)), sizeOf(shape.slice(cut))]
}

/** Axes by attribute before opset 13, by a constant from then on. */
function axesFrom(context: NodeContext): Shape | undefined {
  context.arity(1, context.opset < 13 ? 1 : 2)
  return context.opset < 13 ? context.integers('axes') : context.constantIntegers(1)
}

function squeeze(context: NodeContext): Shape {
  const axes = axesFrom(context)
  const { shape } = context.input(0)
  if (axes === undefined) return shape.filter((size) => size !== 1)
  const dropped = new Set(axesOf(context, axes, shape.length))
  return shape.filter((size, axis) => {
    if (!dropped.has(axis)) return true
    return size === 1 ? false : context.refuse('shape', `axis ${axis} is not of size 1`)
  })
}

function unsqueeze(context: NodeContext): Shape {
  const axes = axesFrom(context) ?? context.refuse('attribute-missing', 'axes')
  const { shape } = context.input(0)
  const full = [...shape]
  for (const axis of axesOf(context, axes, shape.length + axes.length)) full.splice(axis, 0, 1)
  return full
}

const transpose = viewing({
  name: 'Transpose',
  infer: (context) => {
    context.arity(1)
    const { shape } = context.input(0)
    const perm = context.integers('perm') ?? shape.map((_, axis) => shape.length - 1 - axis)
    const isPermutation =
      perm.length === shape.length && shape.every((_, axis) => perm.includes(axis))
    if (!isPermutation) context.refuse('attribute', 'perm names each axis once')
    return inferView(
      context,
      perm.map((axis) => shape[axis] ?? 1),
      { perm },
    )
  },
  view: ({ attributes, input }) => {
    const strides = stridesOf(input)
    return { offset: 0, strides: list(attributes, 'perm').map((axis) => strides[axis] ?? 0) }
  },
})

const expand = viewing({
  name: 'Expand',
  infer: (context) => {
    if (context.opset < 8) context.refuse('opset')
    context.arity(2)
    const wanted = context.constantIntegers(1) ?? context.refuse('inputs')
    if (wanted.some((size) => size < 1)) context.refuse('shape')
    return inferView(context, broadcast(context, context.input(0).shape, wanted))
  },
  view: ({ input, shape }) => ({ offset: 0, strides: stretchedStrides(input, shape) }),
})

const slice = viewing({
  name: 'Slice',
  infer: inferSlice,
  view: ({ attributes, input }) => {
    const strides = stridesOf(input)
    const steps = list(attributes, 'steps')
    return {
      offset: dot(list(attributes, 'starts'), strides),
      strides: strides.map((stride, axis) => stride * (steps[axis] ?? 1)),
    }
  },
})

function inferSlice(context: NodeContext): Inference {
  const isByInput = context.opset >= 10
  context.arity(isByInput ? 3 : 1, isByInput ? 5 : 1)
  const take = (name: string, input: number) =>
    isByInput ? context.constantIntegers(input) : context.integers(name)
  const { shape } = context.input(0)
  const starts = take('starts', 1) ?? context.refuse('attribute-missing', 'starts')
  const ends = take('ends', 2) ?? context.refuse('attribute-missing', 'ends')
  const axes = take('axes', 3) ?? starts.map((_, axis) => axis)
  const steps = (isByInput ? context.constantIntegers(4) : undefined) ?? starts.map(() => 1)
  axesOf(context, axes, shape.length)
  if ([ends, axes, steps].some((items) => items.length !== starts.length)) {
    context.refuse('shape', 'starts, ends, axes and steps have to be of one length')
  }
  const resolved = { starts: shape.map(() => 0), steps: shape.map(() => 1), sizes: [...shape] }
  for (const [index, axis] of axes.entries()) {
    const at = axisOf(context, axis, shape.length)
    const cut = sliceAxis(context, shape[at] ?? 1, starts[index], ends[index], steps[index])
    resolved.starts[at] = cut.start
    resolved.steps[at] = cut.step
    resolved.sizes[at] = cut.size
  }
  const { starts: from, steps: by } = resolved
  return inferView(context, resolved.sizes, { starts: from, steps: by })
}

/** As a slice of NumPy: ends count from the back when negative, and are cut to the axis. */
function sliceAxis(context: NodeContext, size: number, start = 0, end = 0, step = 1) {
  if (step === 0) return context.refuse('attribute', 'a step is 0')
  const most = step > 0 ? size : size - 1
  const cut = (place: number, least: number) => {
    return Math.min(Math.max(place < 0 ? place + size : place, least), most)
  }
  const first = cut(start, 0)
  const count = Math.ceil((cut(end, step > 0 ? 0 : -1) - first) / step)
  if (count < 1) return context.refuse('shape', 'the slice is empty')
  return { start: first, step: count === 1 ? 1 : step, size: count }
}

const split = viewing({
  name: 'Split',
  infer: inferSplit,
  view: ({ attributes, input, output }) => {
    const strides = stridesOf(input)
    const start = list(attributes, 'starts')[output] ?? 0
    return { offset: start * (strides[number(attributes, 'axis')] ?? 1), strides }
  },
})

function inferSplit(context: NodeContext): Inference {
  context.arity(1, context.opset < 13 ? 1 : 2, context.outputs)
  const { shape, low, high } = context.input(0)
  const type = context.demand(context.input(0), allTypes)
  const axis = axisOf(context, context.integer('axis', 0), shape.length)
  const size = shape[axis] ?? 1
  const given = context.opset < 13 ? context.integers('split') : context.constantIntegers(1)
  const parts = given ?? evenParts(context, size)
  const isWhole = parts.every((part) => part > 0) && parts.reduce((a, b) => a + b, 0) === size
  if (parts.length !== context.outputs || !isWhole) context.refuse('shape', 'split')
  const outputs = parts.map((part) => ({ type, shape: shape.with(axis, part), low, high }))
  let end = 0
  const starts = parts.map((part) => (end += part) - part)
  return { outputs, attributes: { axis, starts }, isDirect: true }
}

function evenParts(context: NodeContext, size: number): Shape {
  const count = context.opset < 18 ? context.outputs : context.integer('num_outputs')
  if (count !== context.outputs || count < 1) return context.refuse('outputs')
  if (context.opset < 18 && size % count !== 0) return context.refuse('shape', 'split')
  const part = Math.ceil(size / count)
  return Array.from({ length: count }, (_, index) => {
    return index === count - 1 ? size - part * (count - 1) : part
  })
}

const identity = reshaping('Identity', (context) => {
  context.arity(1)
  return context.input(0).shape
})

export const views: readonly Operator[] = [
  identity,
  reshaping('Reshape', reshape),
  reshaping('Flatten', flatten),
  reshaping('Squeeze', squeeze),
  reshaping('Unsqueeze', unsqueeze),
  transpose,
  expand,
  slice,
  split,
]
