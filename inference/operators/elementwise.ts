import { newData } from '../onnx/types.ts'
import type { Attributes, Element, ElementType, Tensor, TensorData } from '../types.ts'
import type { NodeContext } from './context.ts'
import {
  type BigLanes,
  bitsOf,
  bigLanesOf,
  fromLanes,
  isBig,
  lanesOf,
  stretch,
  wrap,
} from './data.ts'
import type { Inference, Invocation, Operator, Step } from './operator.ts'
import { dot, placeOf, type Shape, sizeOf, stretchedStrides } from './shape.ts'

export const signedTypes = ['int8', 'int16', 'int32', 'int64'] as const
const unsignedTypes = ['uint8', 'uint16', 'uint32', 'uint64'] as const
export const integerTypes: readonly ElementType[] = [...signedTypes, ...unsignedTypes]
export const allTypes: readonly ElementType[] = [...integerTypes, 'bool']

/**
 * One element from those of the operands. `small` is for types below 64 bits: its result may be
 * outside the type, by less than 2^53; the type's bits of it are the element.
 */
export interface Rule {
  readonly small: (a: number, b: number) => number
  readonly big: (a: bigint, b: bigint) => bigint
  /** The same over 32-bit elements, where calls of `small` take too long. */
  readonly loop?: Loop
  /** Whether signed and unsigned operands of the same bits give the same bits. */
  readonly modular?: boolean
}

/** Steps are 1, or 0 where one element stands for all. */
export type Loop = (
  result: Int32Array,
  a: Int32Array,
  aStep: number,
  b: Int32Array,
  bStep: number,
) => void

interface Elementwise {
  readonly name: string
  readonly rule: Rule | ((attributes: Attributes) => Rule)
  readonly infer: (context: NodeContext) => Inference
}

/** An operator of one operand. */
export function unary({ name, rule, infer }: Elementwise): Operator {
  return {
    name,
    infer,
    run: ({ inputs, outputs, attributes }) => {
      const { type, data } = present(inputs[0])
      return [zip(present(outputs[0]).type, type, data, data, pick(rule, attributes))]
    },
    element: ({ inputs, outputs, attributes, index, read }) => {
      const { type } = present(inputs[0])
      const value = read(0, index)
      return apply(present(outputs[0]).type, type, pick(rule, attributes), value, value)
    },
  }
}

/** An operator of two operands or more, each stretched to the shape of the result. */
export function folding({ name, rule, infer }: Elementwise): Operator {
  return {
    name,
    infer,
    run: (invocation) => [runFold(invocation, pick(rule, invocation.attributes))],
    element: (step) => foldElement(step, pick(rule, step.attributes)),
  }
}

function pick(rule: Elementwise['rule'], attributes: Attributes): Rule {
  return typeof rule === 'function' ? rule(attributes) : rule
}

function runFold({ inputs, outputs }: Invocation, rule: Rule): TensorData {
  const { type, shape } = present(outputs[0])
  const [first, ...others] = inputs.map(present)
  const { type: operandType } = present(first)
  let left = stretchUnlessSingle(present(first), shape)
  for (const other of others) {
    left = zip(type, operandType, left, stretchUnlessSingle(other, shape), rule, sizeOf(shape))
  }
  return left
}

function foldElement({ inputs, outputs, index, read }: Step, rule: Rule): Element {
  const { type, shape } = present(outputs[0])
  const place = placeOf(index, shape)
  const operands = inputs.map((input, at) => {
    return read(at, dot(place, stretchedStrides(present(input).shape, shape)))
  })
  const [first, ...others] = operands
  const operandType = present(inputs[0]).type
  let left = present(first)
  for (const other of others) left = apply(type, operandType, rule, left, other)
  return left
}

function stretchUnlessSingle(tensor: Tensor, shape: Shape): TensorData {
  return tensor.data.length === 1 ? tensor.data : stretch(tensor, shape)
}

function apply(
  type: ElementType,
  operandType: ElementType,
  rule: Rule,
  a: Element,
  b: Element,
): Element {
  if (!isBig(operandType)) return wrap(type, rule.small(Number(a), Number(b)))
  return wrap(type, rule.big(BigInt(a), BigInt(b)))
}

/** `rule` over two arrays; one with a single element stands for as many as the result has. */
export function zip(
  type: ElementType,
  operandType: ElementType,
  a: TensorData,
  b: TensorData,
  rule: Rule,
  size = a.length,
): TensorData {
  const aStep = a.length === 1 ? 0 : 1
  const bStep = b.length === 1 ? 0 : 1
  if (isBig(operandType)) {
    return zipBig(type, bigLanesOf(a), aStep, bigLanesOf(b), bStep, size, rule)
  }
  const read = rule.modular === true ? bitsOf : lanesOf
  const left = read(a)
  const right = a === b ? left : read(b)
  const result = new Int32Array(size)
  const { small, loop } = rule
  if (loop !== undefined && left instanceof Int32Array && right instanceof Int32Array) {
    loop(result, left, aStep, right, bStep)
    return fromLanes(type, result)
  }
  for (let index = 0; index < size; index++) {
    result[index] = small(left[index * aStep] as number, right[index * bStep] as number)
  }
  return fromLanes(type, result)
}

function zipBig(
  type: ElementType,
  a: BigLanes,
  aStep: number,
  b: BigLanes,
  bStep: number,
  size: number,
  { big }: Rule,
): TensorData {
  const result = newData(type, size)
  if (result instanceof BigInt64Array || result instanceof BigUint64Array) {
    for (let index = 0; index < size; index++) {
      result[index] = big(a[index * aStep] as bigint, b[index * bStep] as bigint)
    }
  } else {
    for (let index = 0; index < size; index++) {
      result[index] = Number(big(a[index * aStep] as bigint, b[index * bStep] as bigint))
    }
  }
  return result
}

/** What compilation has proven to be there. */
export function present<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new RangeError('an operand is not there')
  return item
}
