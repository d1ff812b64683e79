import { newData } from '../onnx/types.ts'
import type { Element, TensorData } from '../types.ts'
import { number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { integerTypes, present } from './elementwise.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { axisOf, dot, placeOf, type Shape, sizeOf, stridesOf } from './shape.ts'

/**
 * The place of the largest or smallest element along an axis: the first of equal ones, or the last
 * where `select_last_index` says so.
 */
function choosing(name: string, prefersLarge: boolean): Operator {
  const isBetter = (value: Element, best: Element, isLast: boolean) => {
    if (value === best) return isLast
    return value > best === prefersLarge
  }
  return {
    name,
    infer: inferChoice,
    run: (invocation) => [runChoice(invocation, isBetter)],
    element: (step) => {
      const { first, stride, size } = line(step, number(step.attributes, 'axis'))
      const isLast = number(step.attributes, 'last') === 1
      let best = 0
      for (let at = 1; at < size; at++) {
        const [value, known] = [
          step.read(0, first + at * stride),
          step.read(0, first + best * stride),
        ]
        if (isBetter(value, known, isLast)) best = at
      }
      return BigInt(best)
    },
  }
}

function inferChoice(context: NodeContext): Inference {
  context.arity(1)
  const { shape } = context.input(0)
  context.demand(context.input(0), integerTypes)
  const axis = axisOf(context, context.integer('axis', 0), shape.length)
  const keeps = context.flag('keepdims', true)
  const isLast = context.opset >= 12 && context.flag('select_last_index', false)
  const size = shape[axis] ?? 1
  const result = keeps ? shape.with(axis, 1) : shape.toSpliced(axis, 1)
  return {
    outputs: [{ type: 'int64', shape: result, low: 0n, high: BigInt(size - 1) }],
    attributes: { axis, last: isLast ? 1 : 0 },
    elements: sizeOf(shape),
  }
}

function runChoice(
  { inputs, attributes }: Invocation,
  isBetter: (value: Element, best: Element, isLast: boolean) => boolean,
): TensorData {
  const { shape, data } = present(inputs[0])
  const isLast = number(attributes, 'last') === 1
  const { outer, size, inner } = around(shape, number(attributes, 'axis'))
  const result = new BigInt64Array(outer * inner)
  for (let above = 0; above < outer; above++) {
    for (let below = 0; below < inner; below++) {
      const first = above * size * inner + below
      let best = 0
      for (let at = 1; at < size; at++) {
        const [value, known] = [data[first + at * inner], data[first + best * inner]]
        if (isBetter(value as Element, known as Element, isLast)) best = at
      }
      result[above * inner + below] = BigInt(best)
    }
  }
  return result
}

/** The k largest or smallest along an axis, best first, of equal ones the one before; and their places. */
const topK: Operator = {
  name: 'TopK',
  infer: inferTopK,
  run: runTopK,
  element: (step) => {
    const axis = number(step.attributes, 'axis')
    const { first, stride, size, place } = line(step, axis)
    const values = Array.from({ length: size }, (_, at) => step.read(0, first + at * stride))
    const chosen = rank(values, number(step.attributes, 'largest') === 1)[place] ?? 0
    return step.output === 1 ? BigInt(chosen) : (values[chosen] ?? 0)
  },
}

function inferTopK(context: NodeContext): Inference {
  const isByInput = context.opset >= 10
  context.arity(isByInput ? 2 : 1, isByInput ? 2 : 1, 2)
  const { shape, low, high } = context.input(0)
  const type = context.demand(context.input(0), integerTypes)
  const axis = axisOf(context, context.integer('axis', -1), shape.length)
  const largest = context.opset < 11 || context.flag('largest', true)
  if (context.opset >= 11 && !context.flag('sorted', true)) {
    context.refuse('attribute', 'sorted has to be 1: no other order is defined')
  }
  const size = shape[axis] ?? 1
  const counts = isByInput ? context.constantIntegers(1) : [context.integer('k')]
  const [count = 0] = counts ?? []
  if (counts?.length !== 1 || count < 1 || count > size) context.refuse('shape', 'k')
  const result = shape.with(axis, count)
  return {
    outputs: [
      { type, shape: result, low, high },
      { type: 'int64', shape: result, low: 0n, high: BigInt(size - 1) },
    ],
    attributes: { axis, largest: largest ? 1 : 0 },
    elements: sizeOf(shape) * (34 - Math.clz32(size)) + (sizeOf(shape) / size) * lineElements,
  }
}

/** What it takes to begin to sort, in elements. */
const lineElements = 32

function runTopK({ inputs, outputs, attributes }: Invocation): readonly TensorData[] {
  const { shape, type, data } = present(inputs[0])
  const result = present(outputs[0]).shape
  const axis = number(attributes, 'axis')
  const { outer, size, inner } = around(shape, axis)
  const count = result[axis] ?? 1
  const values = newData(type, sizeOf(result))
  const places = new BigInt64Array(sizeOf(result))
  for (let above = 0; above < outer; above++) {
    for (let below = 0; below < inner; below++) {
      const first = above * size * inner + below
      const along = Array.from({ length: size }, (_, at) => data[first + at * inner] as Element)
      const ranked = rank(along, number(attributes, 'largest') === 1)
      for (let at = 0; at < count; at++) {
        const target = (above * count + at) * inner + below
        const chosen = ranked[at] ?? 0
        values[target] = along[chosen] as never
        places[target] = BigInt(chosen)
      }
    }
  }
  return [values, places]
}

/** Places by their values, the best first, then by place. */
function rank(values: readonly Element[], isLargest: boolean): readonly number[] {
  const value = (at: number) => values[at] ?? 0
  return Array.from(values, (_, at) => at).toSorted((a, b) => {
    if (value(a) === value(b)) return a - b
    return value(a) > value(b) === isLargest ? -1 : 1
  })
}

function around(shape: Shape, axis: number) {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    size: shape[axis] ?? 1,
    inner: sizeOf(shape.slice(axis + 1)),
  }
}

/** The line of the input along `axis` that belongs to an element of the output. */
function line({ inputs, outputs, output, index }: Step, axis: number) {
  const { shape } = present(inputs[0])
  const result = present(outputs[output]).shape
  const full = result.length === shape.length ? result : result.toSpliced(axis, 0, 1)
  const place = placeOf(index, full)
  const strides = stridesOf(shape)
  const first = dot(place.with(axis, 0), strides)
  return { first, stride: strides[axis] ?? 1, size: shape[axis] ?? 1, place: place[axis] ?? 0 }
}

export const ordering: readonly Operator[] = [
  choosing('ArgMax', true),
  choosing('ArgMin', false),
  topK,
]
