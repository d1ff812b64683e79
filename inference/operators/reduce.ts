import { newData } from '../onnx/types.ts'
import type { Element, ElementType, TensorData } from '../types.ts'
import { larger, smaller } from './arithmetic.ts'
import { list } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { bigLanesOf, fromLanes, isBig, lanesOf, wrap } from './data.ts'
import { integerTypes, present, type Rule } from './elementwise.ts'
import type { Interval } from './interval.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { axesOf, dot, placeOf, type Shape, sizeOf, stridesOf } from './shape.ts'

interface Reduction {
  readonly name: string
  /** From this opset on axes are an input. */
  readonly axesByInput: number
  readonly rule: Rule
  readonly bounds: (input: Interval, count: bigint) => Interval
}

/** One element out of all along some axes. */
function reducing({ name, axesByInput, rule, bounds }: Reduction): Operator {
  return {
    name,
    infer: (context) => infer(context, axesByInput, bounds),
    run: (invocation) => [run(invocation, rule)],
    element: (step) => element(step, rule),
  }
}

function infer(context: NodeContext, axesByInput: number, bounds: Reduction['bounds']): Inference {
  const isByInput = context.opset >= axesByInput
  context.arity(1, isByInput ? 2 : 1)
  const input = context.input(0)
  const type = context.demand(input, integerTypes)
  const keeps = context.flag('keepdims', true)
  const named = (isByInput ? context.constantIntegers(1) : context.integers('axes')) ?? []
  const none = isByInput && context.flag('noop_with_empty_axes', false) ? [] : undefined
  const all = input.shape.map((_, axis) => axis)
  const axes = named.length > 0 ? axesOf(context, named, all.length) : (none ?? all)
  const count = sizeOf(axes.map((axis) => input.shape[axis] ?? 1))
  const shape = keeps
    ? input.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : input.shape.filter((_, axis) => !axes.includes(axis))
  return {
    outputs: [{ type, shape, ...bounds(input, BigInt(count)) }],
    attributes: { axes },
    elements: sizeOf(input.shape),
  }
}

/** The axes that stay, each with its stride, and those that go. */
function partition(shape: Shape, axes: readonly number[]) {
  const strides = stridesOf(shape)
  const pick = (isReduced: boolean) => {
    const chosen = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === isReduced)
    return {
      shape: chosen.map((axis) => shape[axis] ?? 1),
      strides: chosen.map((axis) => strides[axis] ?? 1),
    }
  }
  return { kept: pick(false), reduced: pick(true) }
}

/** Where each element of the reduced axes lies, from the first on. */
function offsetsOf({
  shape,
  strides,
}: {
  readonly shape: Shape
  readonly strides: Shape
}): Float64Array {
  const offsets = new Float64Array(sizeOf(shape))
  let filled = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [size = 1, stride = 1] = [shape[axis], strides[axis]]
    for (let at = filled; at < filled * size; at++) {
      offsets[at] = (offsets[at % filled] ?? 0) + Math.floor(at / filled) * stride
    }
    filled *= size
  }
  return offsets
}

function run({ inputs, outputs, attributes }: Invocation, rule: Rule): TensorData {
  const input = present(inputs[0])
  const { type } = present(outputs[0])
  const { kept, reduced } = partition(input.shape, list(attributes, 'axes'))
  const starts = offsetsOf(kept)
  const steps = offsetsOf(reduced)
  if (isBig(type)) return runBig(type, input.data, starts, steps, rule)
  const data = lanesOf(input.data)
  const result = new Int32Array(starts.length)
  const { small } = rule
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] as number
    let value = data[start] as number
    for (let step = 1; step < steps.length; step++) {
      value = small(value, data[start + (steps[step] as number)] as number)
    }
    result[index] = value
  }
  return fromLanes(type, result)
}

function runBig(
  type: ElementType,
  input: TensorData,
  starts: Float64Array,
  steps: Float64Array,
  { big }: Rule,
): TensorData {
  const data = bigLanesOf(input)
  const result = bigLanesOf(newData(type, starts.length))
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] as number
    let value = data[start] as bigint
    for (let step = 1; step < steps.length; step++) {
      value = big(value, data[start + (steps[step] as number)] as bigint)
    }
    result[index] = value
  }
  return result
}

function element({ inputs, outputs, attributes, index, read }: Step, rule: Rule): Element {
  const { shape } = present(inputs[0])
  const { type } = present(outputs[0])
  const { kept, reduced } = partition(shape, list(attributes, 'axes'))
  const start = dot(placeOf(index, kept.shape), kept.strides)
  const { big } = rule
  let value = BigInt(read(0, start))
  const count = sizeOf(reduced.shape)
  for (let step = 1; step < count; step++) {
    const at = start + dot(placeOf(step, reduced.shape), reduced.strides)
    value = big(value, BigInt(read(0, at)))
  }
  return wrap(type, value)
}

// Only the low bits of a sum are kept; without the rest it stays an exact double.
const add: Rule = { small: (a, b) => (a + b) | 0, big: (a, b) => a + b }

const within = ({ low, high }: Interval): Interval => ({ low, high })

export const reductions: readonly Operator[] = [
  reducing({
    name: 'ReduceSum',
    axesByInput: 13,
    rule: add,
    bounds: ({ low, high }, count) => ({ low: low * count, high: high * count }),
  }),
  reducing({ name: 'ReduceMax', axesByInput: 18, rule: larger, bounds: within }),
  reducing({ name: 'ReduceMin', axesByInput: 18, rule: smaller, bounds: within }),
]
