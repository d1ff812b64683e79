import { operatorFault } from '../../faults.ts'
import { erf, gelu, geluTanh, sigmoid, tanh } from '../../series.ts'
import { floatAttribute, type FloatNode, textAttribute } from '../graph.ts'
import { at, type FloatTensor } from '../tensor.ts'
import { combine, type Evaluate, map, required } from './evaluation.ts'

/** The function of one number that a node is, where it is one that a table replaces. */
export function unary(node: FloatNode): ((x: number) => number) | undefined {
  switch (node.operator) {
    case 'Erf':
      return erf
    case 'Gelu':
      return textAttribute(node, 'approximate', 'none') === 'tanh' ? geluTanh : gelu
    case 'Sigmoid':
      return sigmoid
    case 'Sqrt':
      return (x) => Math.sqrt(Math.max(x, 0))
    case 'Tanh':
      return tanh
    default:
      return undefined
  }
}

/** The bounds of a Clip, in attributes (opset 6) or inputs (opset 11). */
export function clipBounds(
  node: FloatNode,
  inputs: readonly (FloatTensor | undefined)[],
): readonly [low: number, high: number] {
  const bound = (index: number, attribute: string, otherwise: number): number => {
    const given = inputs[index]
    if (given === undefined) return floatAttribute(node, attribute, otherwise)
    if (given.data.length !== 1) throw operatorFault(node, `${attribute} is not one number`)
    return at(given.data, 0)
  }
  const low = bound(1, 'min', -Infinity)
  const high = bound(2, 'max', Infinity)
  if (low > high) throw operatorFault(node, 'min is above max')
  return [low, high]
}

const table: Evaluate = (node, inputs) => {
  const each = unary(node)
  if (each === undefined) throw operatorFault(node, 'no function of one number')
  return [map(required(node, inputs, 0), each)]
}

function binary(each: (left: number, right: number) => number): Evaluate {
  return (node, inputs) => [
    combine(node, required(node, inputs, 0), required(node, inputs, 1), each),
  ]
}

const square: Evaluate = (node, inputs) => {
  const power = required(node, inputs, 1)
  if (power.data.length !== 1 || power.data[0] !== 2) throw operatorFault(node, 'only squares')
  return [map(required(node, inputs, 0), (x) => x * x)]
}

export const elementwise: Readonly<Record<string, Evaluate>> = {
  Add: binary((left, right) => left + right),
  Sub: binary((left, right) => left - right),
  Mul: binary((left, right) => left * right),
  Div: binary((left, right) => left / right),
  Pow: square,
  Relu: (node, inputs) => [map(required(node, inputs, 0), (x) => (x > 0 ? x : 0))],
  Clip: (node, inputs) => {
    const [low, high] = clipBounds(node, inputs)
    return [map(required(node, inputs, 0), (x) => (x < low ? low : x > high ? high : x))]
  },
  Erf: table,
  Gelu: table,
  Sigmoid: table,
  Sqrt: table,
  Tanh: table,
}
