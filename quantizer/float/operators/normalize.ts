import { operatorFault } from '../../faults.ts'
import { exp } from '../../series.ts'
import { floatAttribute, type FloatNode, integerAttribute, resolveAxis } from '../graph.ts'
import { at, type FloatTensor, sizeOf } from '../tensor.ts'
import { type Evaluate, required, rows } from './evaluation.ts'

/** The one dimension that a Softmax sums over. */
export function softmaxAxis(node: FloatNode, shape: readonly number[], opset: number): number {
  const given = integerAttribute(node, 'axis', opset < 13 ? 1 : -1)
  const axis = resolveAxis(node, given, shape.length)
  if (opset < 13 && sizeOf(shape.slice(axis + 1)) !== 1) {
    throw operatorFault(node, 'several axes as one, as before opset 13')
  }
  return axis
}

const softmax: Evaluate = (node, inputs, opset) => {
  const x = required(node, inputs, 0)
  const data = new Float64Array(x.data.length)
  for (const row of rows(x.shape, softmaxAxis(node, x.shape, opset))) {
    let largest = -Infinity
    for (const index of row) largest = Math.max(largest, at(x.data, index))
    let sum = 0
    for (const index of row) {
      const power = exp(at(x.data, index) - largest)
      data[index] = power
      sum += power
    }
    for (const index of row) data[index] = at(data, index) / sum
  }
  return [{ shape: x.shape, data }]
}

/** Where the dimensions that LayerNormalization takes together begin. */
export function normalizedFrom(node: FloatNode, shape: readonly number[]): number {
  return resolveAxis(node, integerAttribute(node, 'axis', -1), shape.length)
}

/** What each row of a LayerNormalization is centred and divided by. */
export function moments(
  node: FloatNode,
  x: FloatTensor,
): readonly { readonly mean: number; readonly variance: number }[] {
  const length = sizeOf(x.shape.slice(normalizedFrom(node, x.shape)))
  return Array.from({ length: x.data.length / length }, (_, row) => {
    let sum = 0
    for (let index = row * length; index < (row + 1) * length; index++) sum += at(x.data, index)
    const mean = sum / length
    let squares = 0
    for (let index = row * length; index < (row + 1) * length; index++) {
      const centred = at(x.data, index) - mean
      squares += centred * centred
    }
    return { mean, variance: squares / length }
  })
}

const layerNormalization: Evaluate = (node, inputs) => {
  if (node.outputs.slice(1).some((name) => name !== '')) throw operatorFault(node, 'more outputs')
  const x = required(node, inputs, 0)
  const gain = required(node, inputs, 1).data
  const shift = inputs[2]?.data
  const epsilon = floatAttribute(node, 'epsilon', 1e-5)
  const length = sizeOf(x.shape.slice(normalizedFrom(node, x.shape)))
  if (gain.length !== length || (shift !== undefined && shift.length !== length)) {
    throw operatorFault(node, 'parameters of another size')
  }
  const data = new Float64Array(x.data.length)
  for (const [row, { mean, variance }] of moments(node, x).entries()) {
    const spread = Math.sqrt(variance + epsilon)
    for (let index = 0; index < length; index++) {
      const centred = at(x.data, row * length + index) - mean
      const offset = shift === undefined ? 0 : at(shift, index)
      data[row * length + index] = (centred / spread) * at(gain, index) + offset
    }
  }
  return [{ shape: x.shape, data }]
}

export const normalizing: Readonly<Record<string, Evaluate>> = {
  LayerNormalization: layerNormalization,
  Softmax: softmax,
}
