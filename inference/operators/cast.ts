import { elementType, newData } from '../onnx/types.ts'
import type { ElementType, TensorData } from '../types.ts'
import type { NodeContext } from './context.ts'
import { type BigLanes, bigLanesOf, fromLanes, isBig, wrap } from './data.ts'
import { allTypes, present } from './elementwise.ts'
import { type Interval, isWithin, rangeOf } from './interval.ts'
import type { Inference, Operator } from './operator.ts'

/** To another type: the low bits; to bool, whether it is not 0. */
export const cast: Operator = {
  name: 'Cast',
  infer,
  run: ({ inputs, outputs }) => [
    convert(present(inputs[0]).type, present(outputs[0]).type, present(inputs[0]).data),
  ],
  element: ({ outputs, index, read }) => {
    const value = read(0, index)
    const { type } = present(outputs[0])
    return type === 'bool' ? Number(BigInt(value) !== 0n) : wrap(type, value)
  },
}

function infer(context: NodeContext): Inference {
  context.arity(1)
  const input = context.input(0)
  context.demand(input, allTypes)
  const type = elementType(context.integer('to')) ?? context.refuse('type')
  return { outputs: [{ type, shape: input.shape, ...bounds(type, input) }] }
}

/** Wrapping is what a cast is for, so it is no overflow. */
function bounds(type: ElementType, { low, high }: Interval): Interval {
  if (type === 'bool') {
    return { low: low > 0n || high < 0n ? 1n : 0n, high: low === 0n && high === 0n ? 0n : 1n }
  }
  const range = rangeOf(type)
  return isWithin({ low, high }, range) ? { low, high } : range
}

function convert(from: ElementType, to: ElementType, data: TensorData): TensorData {
  if (from === to) return data
  if (to === 'bool') return truths(data)
  if (!isBig(from)) {
    const small = data as Exclude<TensorData, BigLanes>
    return isBig(to) ? widened(to, small) : fromLanes(to, new Int32Array(small))
  }
  const big = bigLanesOf(data)
  if (isBig(to)) return to === 'int64' ? new BigInt64Array(big) : new BigUint64Array(big)
  const low = new Int32Array(big.length)
  for (let index = 0; index < big.length; index++) {
    low[index] = Number(BigInt.asIntN(32, big[index] as bigint))
  }
  return fromLanes(to, low)
}

function widened(to: ElementType, data: Exclude<TensorData, BigLanes>): TensorData {
  const result = bigLanesOf(newData(to, data.length))
  for (let index = 0; index < data.length; index++) result[index] = BigInt(data[index] as number)
  return result
}

function truths(data: TensorData): Uint8Array {
  const zero = data instanceof BigInt64Array || data instanceof BigUint64Array ? 0n : 0
  const result = new Uint8Array(data.length)
  for (let index = 0; index < data.length; index++) result[index] = data[index] === zero ? 0 : 1
  return result
}
