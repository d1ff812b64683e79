import type { ElementType } from '../types.ts'
import type { NodeContext } from './context.ts'
import { allTypes, folding, integerTypes, type Rule, unary } from './elementwise.ts'
import type { Inference, Operator } from './operator.ts'
import { broadcast } from './shape.ts'

const truth = { type: 'bool', low: 0n, high: 1n } as const

/** Comparisons and connectives: bool, of two operands of one type. */
function pairing(name: string, rule: Rule, types: readonly ElementType[]): Operator {
  return folding({ name, rule, infer: (context) => infer(context, types) })
}

function infer(context: NodeContext, types: readonly ElementType[]): Inference {
  context.arity(2)
  const [a, b] = [context.input(0), context.input(1)]
  context.same([a, b], types)
  return { outputs: [{ ...truth, shape: broadcast(context, a.shape, b.shape) }] }
}

const equal: Rule = { small: (a, b) => (a === b ? 1 : 0), big: (a, b) => (a === b ? 1n : 0n) }
const greater: Rule = { small: (a, b) => (a > b ? 1 : 0), big: (a, b) => (a > b ? 1n : 0n) }
const atLeast: Rule = { small: (a, b) => (a >= b ? 1 : 0), big: (a, b) => (a >= b ? 1n : 0n) }
const less: Rule = { small: (a, b) => (a < b ? 1 : 0), big: (a, b) => (a < b ? 1n : 0n) }
const atMost: Rule = { small: (a, b) => (a <= b ? 1 : 0), big: (a, b) => (a <= b ? 1n : 0n) }
const and: Rule = { small: (a, b) => a & b, big: (a, b) => a & b }
const or: Rule = { small: (a, b) => a | b, big: (a, b) => a | b }
const exclusiveOr: Rule = { small: (a, b) => a ^ b, big: (a, b) => a ^ b }
const not: Rule = { small: (a) => 1 - a, big: (a) => 1n - a }

export const logic: readonly Operator[] = [
  pairing('Equal', equal, allTypes),
  pairing('Greater', greater, integerTypes),
  pairing('GreaterOrEqual', atLeast, integerTypes),
  pairing('Less', less, integerTypes),
  pairing('LessOrEqual', atMost, integerTypes),
  pairing('And', and, ['bool']),
  pairing('Or', or, ['bool']),
  pairing('Xor', exclusiveOr, ['bool']),
  unary({
    name: 'Not',
    rule: not,
    infer: (context) => {
      context.arity(1)
      context.demand(context.input(0), ['bool'])
      return { outputs: [{ ...truth, shape: context.input(0).shape }] }
    },
  }),
]
