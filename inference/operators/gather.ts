import { newData } from '../onnx/types.ts'
import type { Element, TensorData } from '../types.ts'
import { number } from './attributes.ts'
import type { NodeContext } from './context.ts'
import { allTypes, present } from './elementwise.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { axisOf, dot, placeOf, sizeOf, stridesOf } from './shape.ts'

/**
 * Slices of a tensor along an axis, by index; negative ones count from the back. The interval of the
 * indices has to show that each one is there: Clip or Cast before it.
 */
export const gather: Operator = {
  name: 'Gather',
  infer,
  run: (invocation) => [run(invocation)],
  element,
}

function infer(context: NodeContext): Inference {
  context.arity(2)
  const [input, indices] = [context.input(0), context.input(1)]
  const type = context.demand(input, allTypes)
  context.demand(indices, ['int32', 'int64'])
  const { shape } = input
  const axis = axisOf(context, context.integer('axis', 0), shape.length)
  const size = BigInt(shape[axis] ?? 1)
  if (indices.low < -size || indices.high >= size) {
    context.refuse(
      'constant',
      `an index may be outside: ${indices.low} to ${indices.high} of ${size}`,
    )
  }
  const { low, high } = input
  const gathered = [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)]
  return {
    outputs: [{ type, shape: gathered, low, high }],
    attributes: { axis },
    isDirect: true,
  }
}

function run({ inputs, outputs, attributes }: Invocation): TensorData {
  const [input, indices] = [present(inputs[0]), present(inputs[1])]
  const axis = number(attributes, 'axis')
  const { type, shape } = present(outputs[0])
  const data = newData(type, sizeOf(shape))
  const size = input.shape[axis] ?? 1
  const inner = sizeOf(input.shape.slice(axis + 1))
  const outer = sizeOf(input.shape.slice(0, axis))
  let written = 0
  for (let above = 0; above < outer; above++) {
    for (let at = 0; at < indices.data.length; at++) {
      const index = Number(indices.data[at])
      let from = (above * size + (index < 0 ? index + size : index)) * inner
      for (const end = from + inner; from < end; from++) data[written++] = input.data[from] as never
    }
  }
  return data
}

function element({ inputs, outputs, attributes, index, read }: Step): Element {
  const [{ shape }, indices] = [present(inputs[0]), present(inputs[1]).shape]
  const axis = number(attributes, 'axis')
  const place = placeOf(index, present(outputs[0]).shape)
  const end = axis + indices.length
  const at = Number(read(1, dot(place.slice(axis, end), stridesOf(indices))))
  const source = [
    ...place.slice(0, axis),
    at < 0 ? at + (shape[axis] ?? 1) : at,
    ...place.slice(end),
  ]
  return read(0, dot(source, stridesOf(shape)))
}
