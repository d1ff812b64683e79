import { overflowFault } from '../faults.ts'
import { broadcastShape, expand, type FloatTensor, scalar } from '../float/tensor.ts'

/** Whole numbers of the model being made, and what one of them stands for. */
export interface Term {
  readonly tensor: string
  readonly type: 'int32' | 'uint8'
  readonly shape: readonly number[]
  /** Real value of one unit; repeats along the tensor's dimensions. */
  readonly scale: FloatTensor
  /** No element is ever larger, or smaller than its negative. */
  readonly magnitude: number
}

/**
 * Σ scale · tensor + bias, held between low and high: a real tensor that nothing has been emitted
 * for yet. What is linear (gains, shifts, BatchNormalization, residuals, ReLU) changes only the
 * numbers, and costs nothing until it is rounded, once.
 */
export interface Expression {
  readonly shape: readonly number[]
  readonly terms: readonly Term[]
  readonly bias: FloatTensor
  readonly low: number
  readonly high: number
}

export function expression(
  shape: readonly number[],
  terms: readonly Term[],
  bias: FloatTensor = scalar(0),
): Expression {
  return { shape, terms, bias, low: -Infinity, high: Infinity }
}

/** Of two that are held by no bounds. */
export function sum(a: Expression, b: Expression, node: string): Expression {
  const shape = broadcastShape(a.shape, b.shape) ?? []
  const bias = zip(a.bias, b.bias, (left, right) => left + right, node)
  return expression(shape, [...a.terms, ...b.terms], bias)
}

/** `a`, held by no bounds, times constants. */
export function scaled(a: Expression, factor: FloatTensor, node: string): Expression {
  const multiply = (x: FloatTensor): FloatTensor =>
    zip(x, factor, (left, right) => left * right, node)
  return expression(
    broadcastShape(a.shape, factor.shape) ?? [],
    a.terms.map((term) => ({ ...term, scale: multiply(term.scale) })),
    multiply(a.bias),
  )
}

export function clamped(a: Expression, low: number, high: number): Expression {
  const within = (x: number): number => Math.min(Math.max(x, a.low), a.high)
  return { ...a, low: within(low), high: within(high) }
}

export function isClamped({ low, high }: Expression): boolean {
  return low !== -Infinity || high !== Infinity
}

export function zip(
  a: FloatTensor,
  b: FloatTensor,
  each: (left: number, right: number) => number,
  node: string,
): FloatTensor {
  const shape = broadcastShape(a.shape, b.shape)
  if (shape === undefined) throw overflowFault(node, 'constants that do not fit together')
  const left = expand(a, shape)
  const right = expand(b, shape)
  const data = left.data.map((value, index) => each(value, right.data[index] as number))
  return { shape, data }
}
