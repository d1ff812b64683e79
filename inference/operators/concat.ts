import { newData } from '../onnx/types.ts'
import type { Element, TensorData } from '../types.ts'
import { number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { allTypes, present } from './elementwise.ts'
import { union } from './interval.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { axisOf, dot, placeOf, sizeOf, stridesOf } from './shape.ts'
import { copyStrided } from './strided.ts'

/** Inputs one after the other along an axis. */
export const concat: Operator = {
  name: 'Concat',
  infer,
  run: (invocation) => [run(invocation)],
  element,
}

function infer(context: NodeContext): Inference {
  context.arity(1, Infinity)
  const inputs = context.all()
  const type = context.same(inputs, allTypes)
  const { shape } = context.input(0)
  const axis = axisOf(context, context.integer('axis'), shape.length)
  let size = 0
  for (const input of inputs) {
    const isAlike =
      input.shape.length === shape.length &&
      input.shape.every((dimension, at) => at === axis || dimension === shape[at])
    if (!isAlike) context.refuse('shape')
    size += input.shape[axis] ?? 1
  }
  const outputs = [{ type, shape: shape.with(axis, size), ...union(...inputs) }]
  return { outputs, attributes: { axis }, isDirect: true }
}

function run({ inputs, outputs, attributes }: Invocation): TensorData {
  const { type, shape } = present(outputs[0])
  const axis = number(attributes, 'axis')
  const strides = stridesOf(shape)
  const data = newData(type, sizeOf(shape))
  let offset = 0
  for (const input of inputs.map(present)) {
    const source = { data: input.data, offset: 0, strides: stridesOf(input.shape) }
    copyStrided({ data, offset, strides }, source, input.shape)
    offset += (input.shape[axis] ?? 1) * (strides[axis] ?? 1)
  }
  return data
}

function element({ inputs, outputs, attributes, index, read }: Step): Element {
  const axis = number(attributes, 'axis')
  const place = placeOf(index, present(outputs[0]).shape)
  let rest = place[axis] ?? 0
  let input = 0
  for (; rest >= (inputs[input]?.shape[axis] ?? Infinity); input++) {
    rest -= inputs[input]?.shape[axis] ?? 0
  }
  const { shape } = present(inputs[input])
  return read(input, dot(place.with(axis, rest), stridesOf(shape)))
}
