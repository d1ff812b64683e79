import { newData } from '../onnx/types.ts'
import type { TensorData } from '../types.ts'
import type { NodeContext } from './context.ts'
import { stretch } from './data.ts'
import { allTypes, present } from './elementwise.ts'
import { union } from './interval.ts'
import type { Inference, Invocation, Operator } from './operator.ts'
import { broadcast, dot, placeOf, stretchedStrides } from './shape.ts'

/** Of a condition and two operands: the first where it holds, the second elsewhere. */
export const where: Operator = {
  name: 'Where',
  infer,
  run: (invocation) => [run(invocation)],
  element: ({ inputs, outputs, index, read }) => {
    const { shape } = present(outputs[0])
    const place = placeOf(index, shape)
    const at = (input: number) => {
      return read(input, dot(place, stretchedStrides(present(inputs[input]).shape, shape)))
    }
    return at(0) === 1 ? at(1) : at(2)
  },
}

function infer(context: NodeContext): Inference {
  context.arity(3)
  const [condition, a, b] = [context.input(0), context.input(1), context.input(2)]
  context.demand(condition, ['bool'])
  const type = context.same([a, b], allTypes)
  const shape = broadcast(context, condition.shape, a.shape, b.shape)
  return { outputs: [{ type, shape, ...union(a, b) }] }
}

function run({ inputs, outputs }: Invocation): TensorData {
  const { type, shape } = present(outputs[0])
  const [condition, a, b] = inputs.map((input) => stretch(present(input), shape))
  const holds = present(condition)
  const result = newData(type, holds.length)
  select(holds, present(a), present(b), result)
  return result
}

function select(condition: TensorData, a: TensorData, b: TensorData, result: TensorData): void {
  for (let index = 0; index < result.length; index++) {
    result[index] = (condition[index] === 1 ? a[index] : b[index]) as never
  }
}
