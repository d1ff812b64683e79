import { newData } from '../onnx/types.ts'
import type { Element, Tensor, TensorData } from '../types.ts'
import { list, number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { wrap } from './data.ts'
import { allTypes, present } from './elementwise.ts'
import { union } from './interval.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { axesOf, axisOf, dot, placeOf, type Shape, sizeOf, stridesOf } from './shape.ts'
import { copyStrided } from './strided.ts'

const modes = ['constant', 'edge', 'reflect'] as const

/** More elements before and behind along each axis: a constant (0 when left out), the edge, or mirrored. */
export const pad: Operator = { name: 'Pad', infer, run: (invocation) => [run(invocation)], element }

function infer(context: NodeContext): Inference {
  if (context.opset < 11) context.refuse('opset', 'Pad takes integers from opset 11 on')
  context.arity(2, context.opset < 18 ? 3 : 4)
  const input = context.input(0)
  const mode = modes.findIndex((name) => name === context.text('mode', 'constant'))
  if (mode < 0) context.refuse('attribute', 'mode is constant, edge or reflect')
  const [before, behind] = amounts(context)
  const shape = input.shape.map((size, axis) => size + (before[axis] ?? 0) + (behind[axis] ?? 0))
  const mirrored = [...before, ...behind].some((count, axis) => {
    return count >= (input.shape[axis % shape.length] ?? 1)
  })
  if (modes[mode] === 'reflect' && mirrored) context.refuse('shape', 'more than can be mirrored')
  const value = context.optional(2)
  const type = context.same(value === undefined ? [input] : [input, value], allTypes)
  if (value !== undefined && sizeOf(value.shape) !== 1) context.refuse('shape', 'value is a scalar')
  const filling = value ?? { low: 0n, high: 0n }
  const interval = modes[mode] === 'constant' ? union(input, filling) : union(input)
  return { outputs: [{ type, shape, ...interval }], attributes: { mode, before }, isDirect: true }
}

function amounts(context: NodeContext): readonly [before: number[], behind: number[]] {
  const { shape } = context.input(0)
  const pads = context.constantIntegers(1) ?? context.refuse('inputs')
  const axes = context.optional(3) === undefined ? undefined : context.constantIntegers(3)
  const named = axes ?? shape.map((_, axis) => axis)
  axesOf(context, named, shape.length)
  if (pads.length !== named.length * 2) context.refuse('shape', 'two pads for each axis')
  if (pads.some((count) => count < 0)) context.refuse('shape', 'Slice cuts, Pad does not')
  const before = shape.map(() => 0)
  const behind = shape.map(() => 0)
  for (const [index, axis] of named.entries()) {
    const at = axisOf(context, axis, shape.length)
    before[at] = pads[index] ?? 0
    behind[at] = pads[index + named.length] ?? 0
  }
  return [before, behind]
}

function run({ inputs, outputs, attributes }: Invocation): TensorData {
  const input = present(inputs[0])
  const { type, shape } = present(outputs[0])
  const before = list(attributes, 'before')
  const data = newData(type, sizeOf(shape))
  if (modes[number(attributes, 'mode')] !== 'constant') {
    mirror(data, input, shape, attributes)
    return data
  }
  const strides = stridesOf(shape)
  const value = inputs[2]?.data[0]
  if (value !== undefined) data.fill(value as never)
  const source = { data: input.data, offset: 0, strides: stridesOf(input.shape) }
  copyStrided({ data, offset: dot(before, strides), strides }, source, input.shape)
  return data
}

function mirror(
  data: TensorData,
  input: Tensor,
  shape: Shape,
  attributes: Invocation['attributes'],
): void {
  const before = list(attributes, 'before')
  const strides = stridesOf(input.shape)
  const offsets = shape.map((size, axis) => {
    return Int32Array.from({ length: size }, (_, place) => {
      const at = sourcePlace(place - (before[axis] ?? 0), input.shape[axis] ?? 1, attributes)
      return (at ?? 0) * (strides[axis] ?? 1)
    })
  })
  let written = 0
  const fill = (axis: number, from: number) => {
    const places = offsets[axis]
    if (places === undefined) data[written++] = input.data[from] as never
    else for (const offset of places) fill(axis + 1, from + offset)
  }
  fill(0, 0)
}

/** Which place of the axis stands at `place` of the padded one, counted from its start; none: filling. */
function sourcePlace(
  place: number,
  size: number,
  attributes: Invocation['attributes'],
): number | undefined {
  if (place >= 0 && place < size) return place
  const mode = modes[number(attributes, 'mode')]
  if (mode === 'constant') return undefined
  if (mode === 'edge') return place < 0 ? 0 : size - 1
  return place < 0 ? -place : 2 * (size - 1) - place
}

function element({ inputs, outputs, attributes, index, read }: Step): Element {
  const input = present(inputs[0]).shape
  const before = list(attributes, 'before')
  const place = placeOf(index, present(outputs[0]).shape).map((at, axis) => {
    return sourcePlace(at - (before[axis] ?? 0), input[axis] ?? 1, attributes)
  })
  if (place.every((at) => at !== undefined)) return read(0, dot(place, stridesOf(input)))
  return inputs[2] === undefined ? wrap(present(outputs[0]).type, 0) : read(2, 0)
}
