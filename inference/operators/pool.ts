import { limits } from '../limits.ts'
import { newData } from '../onnx/types.ts'
import type { Attributes, Element, TensorData } from '../types.ts'
import { list, number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { isBig, type Lanes, lanesOf } from './data.ts'
import { integerTypes, present } from './elementwise.ts'
import { union } from './interval.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { placeOf, type Shape, sizeOf } from './shape.ts'
import { covered, toAttributes, windowsOf } from './windows.ts'

/** The largest element under each window. */
const maxPool: Operator = {
  name: 'MaxPool',
  infer: (context) => {
    if (context.opset >= 8 && context.integer('storage_order', 0) !== 0) context.refuse('attribute')
    return infer(context, context.opset >= 10)
  },
  run: (invocation) => [run(invocation, largest, largestUnder)],
  element: (step) => largest(valuesUnder(step)),
}

/**
 * The exact sum of the elements under each window by their number, toward zero; with
 * `count_include_pad` by the size of the window. ONNX has this operator for floats only: for integers
 * this is the rule of pars-int-1.
 */
const averagePool: Operator = {
  name: 'AveragePool',
  infer: (context) => {
    const includesPads = context.flag('count_include_pad', false)
    const { outputs, attributes, ...cost } = infer(context, context.opset >= 19)
    return {
      ...cost,
      outputs: outputs.map((outcome) => ({
        ...outcome,
        ...(includesPads ? union(outcome, { low: 0n, high: 0n }) : {}),
      })),
      attributes: { ...attributes, includesPads: includesPads ? 1 : 0 },
    }
  },
  run: (invocation) => {
    const size = fixedSize(invocation.attributes)
    const fold = (lanes: Lanes, start: number, places: Int32Array) => {
      return quotient(sumUnder(lanes, start, places), size ?? places.length)
    }
    return [run(invocation, (values) => average(values, size), fold)]
  },
  element: (step) => average(valuesUnder(step), fixedSize(step.attributes)),
}

function infer(context: NodeContext, dilated: boolean): Inference {
  context.arity(1)
  const { shape, low, high } = context.input(0)
  const type = context.demand(context.input(0), integerTypes)
  if (shape.length < 3) context.refuse('rank')
  if (context.opset >= 10 && context.flag('ceil_mode', false)) {
    context.refuse('attribute', 'ceil_mode has to be 0')
  }
  const input = shape.slice(2)
  const kernel =
    context.integers('kernel_shape') ?? context.refuse('attribute-missing', 'kernel_shape')
  const windows = windowsOf(context, input, kernel, dilated)
  demandElements(context, input, toAttributes(windows))
  const result = [...shape.slice(0, 2), ...windows.output]
  return {
    outputs: [{ type, shape: result, low, high }],
    attributes: toAttributes(windows),
    elements: sizeOf(result) * sizeOf(kernel) + sizeOf(windows.output) * windowElements,
  }
}

/** What it takes to find the places under a window, in elements; all planes share it. */
const windowElements = 128

/** Refuses windows too large, and those under which there may be nothing but pads. */
function demandElements(context: NodeContext, input: Shape, attributes: Attributes): void {
  const kernel = list(attributes, 'kernel')
  if (sizeOf(kernel) > limits.poolWindow.value) context.refuse('shape', 'kernel_shape')
  for (const [at, pad] of list(attributes, 'pads').entries()) {
    const axis = at % input.length
    const dilation = list(attributes, 'dilations')[axis] ?? 1
    const isReached = pad < (kernel[axis] ?? 1) && dilation <= (input[axis] ?? 1)
    if (pad > 0 && !isReached) context.refuse('shape', 'a window may be in the pads alone')
  }
}

/** @param fold What is made of the elements of 64 bits under a window; `small` of those below. */
function run(
  { inputs, outputs, attributes }: Invocation,
  fold: (values: readonly Element[]) => Element,
  small: (lanes: Lanes, start: number, places: Int32Array) => number,
): TensorData {
  const { shape, type, data } = present(inputs[0])
  const result = present(outputs[0]).shape
  const [input, windows] = [shape.slice(2), result.slice(2)]
  const [inputSize, count] = [sizeOf(input), sizeOf(windows)]
  const lanes = isBig(type) ? undefined : lanesOf(data)
  const pooled = newData(type, sizeOf(result))
  const planes = sizeOf(shape.slice(0, 2))
  for (let window = 0; window < count; window++) {
    const places = Int32Array.from(placesUnder(attributes, input, placeOf(window, windows)))
    for (let plane = 0; plane < planes; plane++) {
      const start = plane * inputSize
      const value =
        lanes === undefined
          ? fold(Array.from(places, (place) => data[start + place] as Element))
          : small(lanes, start, places)
      pooled[plane * count + window] = value as never
    }
  }
  return pooled
}

function largestUnder(lanes: Lanes, start: number, places: Int32Array): number {
  let best = -Infinity
  for (let at = 0; at < places.length; at++) {
    const value = lanes[start + (places[at] as number)] as number
    if (value > best) best = value
  }
  return best
}

function sumUnder(lanes: Lanes, start: number, places: Int32Array): number {
  let sum = 0
  for (let at = 0; at < places.length; at++) {
    sum += lanes[start + (places[at] as number)] as number
  }
  return sum
}

/** Where in a plane the elements under a window are. */
function placesUnder(attributes: Attributes, input: Shape, window: Shape): readonly number[] {
  let places = [0]
  for (const [axis, size] of input.entries()) {
    const taps = covered(attributes, axis, window[axis] ?? 0, size)
    places = places.flatMap((above) => taps.map(({ place }) => above * size + place))
  }
  return places
}

function valuesUnder({ inputs, outputs, attributes, index, read }: Step): readonly Element[] {
  const [, channels = 1, ...input] = present(inputs[0]).shape
  const [item = 0, channel = 0, ...window] = placeOf(index, present(outputs[0]).shape)
  const start = (item * channels + channel) * sizeOf(input)
  return placesUnder(attributes, input, window).map((at) => read(0, start + at))
}

function largest(values: readonly Element[]): Element {
  return values.reduce((best, value) => (value > best ? value : best))
}

/** What sums are divided by; undefined for the number of elements under the window. */
function fixedSize(attributes: Attributes): number | undefined {
  return number(attributes, 'includesPads') === 1 ? sizeOf(list(attributes, 'kernel')) : undefined
}

function average(values: readonly Element[], size = values.length): Element {
  if (typeof values[0] === 'bigint') {
    return values.reduce<bigint>((all, value) => all + BigInt(value), 0n) / BigInt(size)
  }
  const sum = values.reduce<number>((all, value) => all + Number(value), 0)
  return quotient(sum, size)
}

/** Of exact doubles, toward zero. */
function quotient(sum: number, size: number): number {
  return (sum - (sum % size)) / size
}

export const pools: readonly Operator[] = [maxPool, averagePool]
