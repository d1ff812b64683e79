import type { Activation } from '../emit/activation.ts'
import { clamped, expression, type Expression, scaled, sum } from '../emit/expression.ts'
import { wideOf } from '../emit/format.ts'
import { operatorFault } from '../faults.ts'
import type { FloatNode } from '../float/graph.ts'
import { clipBounds } from '../float/operators/elementwise.ts'
import { scalar } from '../float/tensor.ts'
import { activationOf, constantOf, type Context, type Lower, made, outputOf } from './context.ts'

const minusOne = scalar(-1)

const add: Lower = (context, node) => {
  const [left, right] = [activationOf(context, node, 0), activationOf(context, node, 1)]
  return made(context, node, () => sum(left.linear(), right.linear(), node.name))
}

const subtract: Lower = (context, node) => {
  const [left, right] = [activationOf(context, node, 0), activationOf(context, node, 1)]
  return made(context, node, () =>
    sum(left.linear(), scaled(right.linear(), minusOne, node.name), node.name),
  )
}

const multiply: Lower = (context, node) => {
  for (const [one, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const factor = constantOf(context, node, other)
    if (factor === undefined) continue
    const x = activationOf(context, node, one)
    return made(context, node, () => scaled(x.linear(), factor, node.name))
  }
  const [left, right] = [activationOf(context, node, 0), activationOf(context, node, 1)]
  return made(context, node, () => productOf(context, node, left, right))
}

/** Of two values: 15 bits each, so that 31 hold the product. */
function productOf(
  context: Context,
  node: FloatNode,
  left: Activation,
  right: Activation,
): Expression {
  const { emitter } = context
  const factors = [left, right].map((factor) => {
    const format = wideOf(factor.range, 15)
    const zero = emitter.number('int32', format.zeroPoint)
    return { format, tensor: emitter.node('Sub', [factor.as(format), zero]) }
  })
  const scale = factors.reduce((all, { format }) => all * format.scale, 1)
  const { shape } = outputOf(context, node)
  const tensor = emitter.node(
    'Mul',
    factors.map((factor) => factor.tensor),
  )
  const magnitude = factors.reduce((all, { format }) => all * format.levels, 1)
  return expression(shape, [{ tensor, type: 'int32', shape, scale: scalar(scale), magnitude }])
}

const divide: Lower = (context, node) => {
  const divisor = constantOf(context, node, 1)
  if (divisor === undefined) throw operatorFault(node, 'the divisor is not a constant')
  const inverse = { shape: divisor.shape, data: divisor.data.map((value) => 1 / value) }
  const x = activationOf(context, node, 0)
  return made(context, node, () => scaled(x.linear(), inverse, node.name))
}

const relu: Lower = (context, node) => {
  const x = activationOf(context, node, 0)
  return made(context, node, () => clamped(x.expression(), 0, Infinity))
}

const clip: Lower = (context, node) => {
  const x = activationOf(context, node, 0)
  const given = node.inputs.map((_, index) => constantOf(context, node, index))
  if (node.inputs.some((name, i) => i > 0 && name !== '' && given[i] === undefined)) {
    throw operatorFault(node, 'a bound is not a constant')
  }
  const [low, high] = clipBounds(node, given)
  return made(context, node, () => clamped(x.expression(), low, high))
}

export const elementwise: Readonly<Record<string, Lower>> = {
  Add: add,
  Clip: clip,
  Div: divide,
  Mul: multiply,
  Pow: (context, node) => {
    const x = activationOf(context, node, 0)
    return made(context, node, () => productOf(context, node, x, x))
  },
  Relu: relu,
  Sub: subtract,
}
