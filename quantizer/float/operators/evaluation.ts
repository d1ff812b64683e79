import { operatorFault } from '../../faults.ts'
import { limits } from '../../limits.ts'
import type { FloatNode } from '../graph.ts'
import { at, broadcastIndices, broadcastShape, type FloatTensor, sizeOf } from '../tensor.ts'

/** The outputs of `node` on `inputs`. */
export type Evaluate = (
  node: FloatNode,
  inputs: readonly (FloatTensor | undefined)[],
  opset: number,
) => readonly FloatTensor[]

/** The input that the operator cannot do without. */
export function required(
  node: FloatNode,
  inputs: readonly (FloatTensor | undefined)[],
  index: number,
): FloatTensor {
  const input = inputs[index]
  if (input === undefined) throw operatorFault(node, `input ${index} is missing`)
  return input
}

/** Zeros for a result of `shape`. */
export function allocate(node: FloatNode, shape: readonly number[]): Float64Array {
  const size = sizeOf(shape)
  if (size > limits.elements.value || shape.length > limits.rank.value) {
    throw operatorFault(node, `a result of shape [${shape.join(', ')}]`)
  }
  return new Float64Array(size)
}

export function map(tensor: FloatTensor, each: (value: number) => number): FloatTensor {
  return { shape: tensor.shape, data: tensor.data.map(each) }
}

export function combine(
  node: FloatNode,
  a: FloatTensor,
  b: FloatTensor,
  each: (left: number, right: number) => number,
): FloatTensor {
  const shape = broadcastShape(a.shape, b.shape)
  if (shape === undefined) {
    throw operatorFault(node, `shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`)
  }
  const data = allocate(node, shape)
  const left = broadcastIndices(a.shape, shape)
  const right = broadcastIndices(b.shape, shape)
  for (let index = 0; index < data.length; index++) {
    const l = a.data[left[index] as number] as number
    data[index] = each(l, b.data[right[index] as number] as number)
  }
  return { shape, data }
}

/** `tensor` as rows of the elements along `axis`: which elements row r has, in order. */
export function rows(shape: readonly number[], axis: number): readonly Int32Array[] {
  const length = at(shape, axis)
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  return Array.from({ length: outer * inner }, (_, row) => {
    const start = ((row - (row % inner)) / inner) * length * inner + (row % inner)
    return Int32Array.from({ length }, (__, index) => start + index * inner)
  })
}
