import type { ElementType } from '../types.ts'
import type { NodeContext } from './context.ts'
import { folding, integerTypes, type Rule, signedTypes, unary } from './elementwise.ts'
import { around, clamp, difference, type Interval, product, quotient, sum } from './interval.ts'
import * as loops from './loops.ts'
import type { Inference, Operator } from './operator.ts'
import { broadcast, sizeOf } from './shape.ts'

const add: Rule = { small: (a, b) => a + b, big: (a, b) => a + b, loop: loops.add, modular: true }
const subtract: Rule = {
  small: (a, b) => a - b,
  big: (a, b) => a - b,
  loop: loops.subtract,
  modular: true,
}
const multiply: Rule = {
  small: (a, b) => Math.imul(a, b),
  big: (a, b) => a * b,
  loop: loops.multiply,
  modular: true,
}
// Quotients of 32-bit integers as doubles lie further from the next integer than they are rounded.
const divide: Rule = {
  small: (a, b) => Math.trunc(a / b),
  big: (a, b) => a / b,
  loop: loops.divide,
}
export const larger: Rule = {
  small: (a, b) => (a > b ? a : b),
  big: (a, b) => (a > b ? a : b),
  loop: loops.larger,
}
export const smaller: Rule = {
  small: (a, b) => (a < b ? a : b),
  big: (a, b) => (a < b ? a : b),
  loop: loops.smaller,
}
const magnitude: Rule = { small: (a) => (a < 0 ? -a : a), big: (a) => (a < 0n ? -a : a) }
const negation: Rule = { small: (a) => 0 - a, big: (a) => -a }
const rectify: Rule = {
  small: (a) => (a < 0 ? 0 : a),
  big: (a) => (a < 0n ? 0n : a),
  loop: loops.rectify,
}
const sign: Rule = {
  small: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0),
  big: (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n),
}
// The remainder has the sign of the divisor, which is positive.
const modulo: Rule = {
  small: (a, b) => {
    const rest = a % b
    return rest < 0 ? rest + b : rest + 0
  },
  big: (a, b) => {
    const rest = a % b
    return rest < 0n ? rest + b : rest
  },
}
const remainder: Rule = { small: (a, b) => (a % b) + 0, big: (a, b) => a % b }

type Combine = (a: Interval, b: Interval) => Interval

function binary(name: string, rule: Rule, combine: Combine): Operator {
  return folding({
    name,
    rule,
    infer: (context) => {
      context.arity(2)
      return pair(context, integerTypes, combine)
    },
  })
}

function pair(context: NodeContext, types: readonly ElementType[], combine: Combine): Inference {
  const [a, b] = [context.input(0), context.input(1)]
  const type = context.same([a, b], types)
  return { outputs: [{ type, shape: broadcast(context, a.shape, b.shape), ...combine(a, b) }] }
}

function inferDiv(context: NodeContext): Inference {
  context.arity(2)
  demandPositive(context)
  return pair(context, integerTypes, quotient)
}

/** With a positive constant for a divisor no element can fault or overflow. */
function demandPositive(context: NodeContext): void {
  context.constant(1)
  if (context.input(1).low <= 0n) context.refuse('constant', 'the divisor has to be positive')
}

function inferMod(context: NodeContext): Inference {
  context.arity(2)
  demandPositive(context)
  const isTruncated = context.flag('fmod', false)
  const bounds: Combine = (a, b) => {
    const most = b.high - 1n
    const least = isTruncated ? clamp(a.low, { low: -most, high: 0n }) : 0n
    return { low: least, high: a.low >= 0n && a.high < most ? a.high : most }
  }
  return { ...pair(context, integerTypes, bounds), attributes: { fmod: isTruncated ? 1 : 0 } }
}

/** Max and Min, of any number of operands. */
function choosing(name: string, rule: Rule): Operator {
  return folding({
    name,
    rule,
    infer: (context) => {
      context.arity(1, Infinity)
      const operands = context.all()
      const type = context.same(operands, integerTypes)
      const shape = broadcast(context, ...operands.map((operand) => operand.shape))
      return {
        outputs: [{ type, shape, ...chosen(rule, operands) }],
        elements: sizeOf(shape) * Math.max(1, operands.length - 1),
      }
    },
  })
}

export function chosen({ big }: Rule, intervals: readonly Interval[]): Interval {
  const [first = { low: 0n, high: 0n }, ...others] = intervals
  let { low, high } = first
  for (const other of others) [low, high] = [big(low, other.low), big(high, other.high)]
  return { low, high }
}

/** An operator of one operand. */
function single(
  name: string,
  rule: Rule,
  types: readonly ElementType[],
  bounds: (a: Interval) => Interval,
): Operator {
  return unary({
    name,
    rule,
    infer: (context) => {
      context.arity(1)
      const input = context.input(0)
      const type = context.demand(input, types)
      return { outputs: [{ type, shape: input.shape, ...bounds(input) }] }
    },
  })
}

function magnitudes({ low, high }: Interval): Interval {
  if (low >= 0n) return { low, high }
  return high <= 0n ? { low: -high, high: -low } : around(0n, -low, high)
}

const ends = (rule: Rule) => (a: Interval) => around(rule.big(a.low, 0n), rule.big(a.high, 0n))

export const arithmetic: readonly Operator[] = [
  binary('Add', add, sum),
  binary('Sub', subtract, difference),
  binary('Mul', multiply, product),
  folding({ name: 'Div', rule: divide, infer: inferDiv }),
  folding({
    name: 'Mod',
    rule: ({ fmod }) => (fmod === 1 ? remainder : modulo),
    infer: inferMod,
  }),
  choosing('Max', larger),
  choosing('Min', smaller),
  single('Abs', magnitude, integerTypes, magnitudes),
  single('Neg', negation, signedTypes, ({ low, high }) => ({ low: -high, high: -low })),
  single('Sign', sign, integerTypes, ends(sign)),
  single('Relu', rectify, signedTypes, ends(rectify)),
]
