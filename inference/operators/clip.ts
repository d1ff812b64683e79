import type { TensorData } from '../types.ts'
import { chosen, larger, smaller } from './arithmetic.ts'
import type { NodeContext } from './context.ts'
import { integerTypes, present, zip } from './elementwise.ts'
import { rangeOf } from './interval.ts'
import type { Inference, Invocation, Operator } from './operator.ts'

/** An input, and scalars for the least and the most where they are there; the most is decisive. */
export const clip: Operator = {
  name: 'Clip',
  infer,
  run: (invocation) => [run(invocation)],
  element: ({ inputs, index, read }) => {
    let value = read(0, index)
    if (inputs[1] !== undefined && read(1, 0) > value) value = read(1, 0)
    if (inputs[2] !== undefined && read(2, 0) < value) value = read(2, 0)
    return value
  },
}

function infer(context: NodeContext): Inference {
  if (context.opset < 11) context.refuse('opset', 'Clip takes integers from opset 11 on')
  context.arity(1, 3)
  const input = context.input(0)
  const [least, most] = [context.optional(1), context.optional(2)]
  const bounds = [least, most].filter((bound) => bound !== undefined)
  const type = context.same([input, ...bounds], integerTypes)
  if (bounds.some(({ shape }) => shape.length > 0)) context.refuse('shape', 'bounds are scalars')
  const range = rangeOf(type)
  const raised = chosen(larger, [input, least ?? { low: range.low, high: range.low }])
  const lowered = chosen(smaller, [raised, most ?? { low: range.high, high: range.high }])
  return { outputs: [{ type, shape: input.shape, ...lowered }] }
}

function run({ inputs }: Invocation): TensorData {
  const [input, least, most] = inputs
  const { type, data } = present(input)
  let result = data
  if (least !== undefined) result = zip(type, type, result, least.data, larger, data.length)
  if (most !== undefined) result = zip(type, type, result, most.data, smaller, data.length)
  return result
}
