import {
  convElements,
  convInteger,
  convPacked,
  type ConvShape,
  type PackedFilters,
  packFilters,
} from '../kernel/index.ts'
import type { Attributes, Element, Node, TensorData } from '../types.ts'
import { list, number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { wrap } from './data.ts'
import { present } from './elementwise.ts'
import { type Interval, product, union } from './interval.ts'
import type { Inference, Invocation, Operand, Operator, Step } from './operator.ts'
import { placeOf, type Shape, sizeOf } from './shape.ts'
import { centred, Columns } from './weighing.ts'
import { covered, toAttributes, windowsOf } from './windows.ts'

type Bytes = Int8Array | Uint8Array

/**
 * Convolution of 8-bit data (batch, channels, one or two dimensions) by 8-bit weights (filters,
 * channels of a group, ...), both less their zero points, in int32 modulo 2^32. What is added around
 * the data is its zero point.
 */
export const convolution: Operator = {
  name: 'ConvInteger',
  infer,
  run: (invocation) => [run(invocation)],
  element,
}

function infer(context: NodeContext): Inference {
  if (context.opset < 10) context.refuse('opset')
  context.arity(2, 4)
  const [x, w] = [context.input(0), context.input(1)]
  const [xZero, wZero] = [context.optional(2), context.optional(3)]
  context.same(xZero === undefined ? [x] : [x, xZero], ['int8', 'uint8'])
  context.same(wZero === undefined ? [w] : [w, wZero], ['int8', 'uint8'])
  const [batch = 1, channels = 1, ...input] = x.shape
  const [filters = 1, depth = 1, ...kernel] = w.shape
  if (![3, 4].includes(x.shape.length) || w.shape.length !== x.shape.length) context.refuse('rank')
  const group = context.integer('group', 1)
  if (group < 1 || depth * group !== channels || filters % group !== 0)
    context.refuse('shape', 'group')
  const named = context.integers('kernel_shape') ?? kernel
  if (String(named) !== String(kernel)) context.refuse('attribute', 'kernel_shape')
  if (xZero !== undefined && (xZero.shape.length > 1 || sizeOf(xZero.shape) > 1))
    context.refuse('shape')
  if (
    wZero !== undefined &&
    (wZero.shape.length > 1 || ![1, filters].includes(sizeOf(wZero.shape)))
  ) {
    context.refuse('shape', 'zero points of the weights are one, or one for each filter')
  }
  const windows = windowsOf(context, input, kernel, true)
  const shape = [batch, filters, ...windows.output]
  const isPadded = windows.pads.some((pad) => pad > 0)
  const attributes = { ...toAttributes(windows), group }
  const isKept = w.tensor !== undefined && (wZero === undefined || wZero.tensor !== undefined)
  return {
    outputs: [{ type: 'int32', shape, ...bounds(context, x, w, isPadded) }],
    attributes,
    macs: sizeOf(shape) * depth * sizeOf(kernel),
    elements: sizeOf(shape) + convElements(convShape(x.shape, w.shape, attributes), isKept),
    isDirect: true,
  }
}

function bounds(context: NodeContext, x: Operand, w: Operand, isPadded: boolean): Interval {
  const [filters = 1, ...rest] = w.shape
  const inside = centred(x, context.optional(2))
  const data = isPadded ? union(inside, { low: 0n, high: 0n }) : inside
  const taps = sizeOf(rest)
  const zero = context.optional(3)
  const facts = { weights: w, zero, data, columns: filters, order: 'columns' } as const
  const known = context.weighing.interval(facts, (weights, zeros) => {
    const columns = new Columns(filters, data)
    for (let filter = 0; filter < filters; filter++) {
      columns.addColumn(filter, weights, filter * taps, taps, zeros[filter] ?? 0)
    }
    return columns.interval()
  })
  if (known !== undefined) return known
  const one = product(data, centred(w, zero))
  return { low: one.low * BigInt(taps), high: one.high * BigInt(taps) }
}

/** Weights that are constants, as the kernel reads them. */
const kept = new WeakMap<Node, PackedFilters>()

function run({ inputs, attributes, constant, node }: Invocation): TensorData {
  const [x, w] = [present(inputs[0]), present(inputs[1])]
  const [data, weights] = [x.data as Bytes, w.data as Bytes]
  const xZero = Number(inputs[2]?.data[0] ?? 0)
  const zeros = inputs[3]?.data as Bytes | undefined
  const wZero = zeros === undefined || zeros.length === 1 ? (zeros?.[0] ?? 0) : zeros
  const shape = convShape(x.shape, w.shape, attributes)
  const isKept = constant[1] === true && (zeros === undefined || constant[3] === true)
  if (!isKept) return convInteger(data, weights, shape, xZero, wZero)
  const packed = kept.get(node) ?? packFilters(weights, shape, wZero)
  kept.set(node, packed)
  return convPacked(data, xZero, packed)
}

/** One dimension is a picture of one line. */
function convShape(x: Shape, w: Shape, attributes: Attributes): ConvShape {
  const [batch = 1, channels = 1] = x
  const isLine = x.length === 3
  const pair = (name: string, filling: number): readonly [number, number] => {
    const [first = filling, second = filling] = list(attributes, name)
    return isLine ? [filling, first] : [first, second]
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = list(attributes, 'pads')
  return {
    batch,
    channels,
    height: isLine ? 1 : (x[2] ?? 1),
    width: x.at(-1) ?? 1,
    filters: w[0] ?? 1,
    groups: number(attributes, 'group'),
    kernel: pair('kernel', 1),
    strides: pair('strides', 1),
    dilations: pair('dilations', 1),
    pads: isLine ? [0, top, 0, left] : [top, left, bottom, right],
  }
}

function element({ inputs, outputs, attributes, index, read }: Step): Element {
  const [, channels = 1, ...input] = present(inputs[0]).shape
  const [filters = 1, depth = 1, ...kernel] = present(inputs[1]).shape
  const [item = 0, filter = 0, ...window] = placeOf(index, present(outputs[0]).shape)
  const xZero = inputs[2] === undefined ? 0 : Number(read(2, 0))
  const hasMany = inputs[3] !== undefined && sizeOf(inputs[3].shape) > 1
  const wZero = inputs[3] === undefined ? 0 : Number(read(3, hasMany ? filter : 0))
  const group = Math.floor(filter / (filters / number(attributes, 'group')))
  let places = [{ data: 0, weight: 0 }]
  for (const [axis, size] of input.entries()) {
    const taps = covered(attributes, axis, window[axis] ?? 0, size)
    places = places.flatMap(({ data, weight }) =>
      taps.map(({ tap, place }) => ({
        data: data * size + place,
        weight: weight * (kernel[axis] ?? 1) + tap,
      })),
    )
  }
  let sum = 0
  for (let inner = 0; inner < depth; inner++) {
    const plane = (item * channels + group * depth + inner) * sizeOf(input)
    const weights = (filter * depth + inner) * sizeOf(kernel)
    for (const { data, weight } of places) {
      const value = Number(read(0, plane + data)) - xZero
      sum = (sum + value * (Number(read(1, weights + weight)) - wZero)) | 0
    }
  }
  return wrap('int32', sum)
}
