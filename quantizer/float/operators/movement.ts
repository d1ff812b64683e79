import { operatorFault } from '../../faults.ts'
import { limits } from '../../limits.ts'
import { type FloatNode, integerAttribute, listAttribute, resolveAxis } from '../graph.ts'
import { at, type FloatTensor, sameShape, sizeOf, stridesOf, take, walk } from '../tensor.ts'
import { allocate, type Evaluate, required } from './evaluation.ts'

function reshaped(node: FloatNode, x: FloatTensor, shape: readonly number[]): FloatTensor[] {
  const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  const isRank = shape.length <= limits.rank.value
  if (!isShape || !isRank || sizeOf(shape) !== x.data.length) {
    throw operatorFault(node, `[${x.shape.join(', ')}] as [${shape.join(', ')}]`)
  }
  return [{ shape, data: x.data }]
}

const reshape: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const given = [...required(node, inputs, 1).data]
  const keepsZero = integerAttribute(node, 'allowzero', 0) !== 0
  const sizes = given.map((size, axis) => (size === 0 && !keepsZero ? (x.shape[axis] ?? 0) : size))
  const known = sizeOf(sizes.filter((size) => size !== -1))
  return reshaped(
    node,
    x,
    sizes.map((size) => (size === -1 ? x.data.length / known : size)),
  )
}

const flatten: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const axis = resolveAxis(node, integerAttribute(node, 'axis', 1), x.shape.length, true)
  return reshaped(node, x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])
}

const squeeze: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const given = inputs[1] === undefined ? listAttribute(node, 'axes') : [...inputs[1].data]
  const axes = given?.map((axis) => resolveAxis(node, axis, x.shape.length))
  const removes = (dimension: number, axis: number): boolean =>
    axes === undefined ? dimension === 1 : axes.includes(axis)
  return reshaped(
    node,
    x,
    x.shape.filter((dimension, axis) => !removes(dimension, axis)),
  )
}

const unsqueeze: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const given = inputs[1] === undefined ? listAttribute(node, 'axes') : [...inputs[1].data]
  const rank = x.shape.length + (given?.length ?? 0)
  const axes = (given ?? []).map((axis) => resolveAxis(node, axis, rank))
  const rest = x.shape.values()
  const shape = Array.from({ length: rank }, (_, axis) =>
    axes.includes(axis) ? 1 : (rest.next().value ?? 1),
  )
  return reshaped(node, x, shape)
}

/** The permutation of a Transpose. */
export function permutation(node: FloatNode, rank: number): readonly number[] {
  const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
  const order = listAttribute(node, 'perm') ?? reversed
  const axes = order.map((axis) => resolveAxis(node, axis, rank))
  if (axes.length !== rank || new Set(axes).size !== rank) throw operatorFault(node, 'perm')
  return axes
}

const transpose: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const order = permutation(node, x.shape.length)
  const shape = order.map((axis) => at(x.shape, axis))
  const strides = stridesOf(x.shape)
  const steps = order.map((axis) => at(strides, axis))
  return [{ shape, data: take(x.data, walk(shape, steps)) }]
}

const concat: Evaluate = (node, inputs) => {
  const parts = inputs.map((_, index) => required(node, inputs, index))
  const first = required(node, inputs, 0)
  const axis = resolveAxis(node, integerAttribute(node, 'axis', 0), first.shape.length)
  const fits = ({ shape }: FloatTensor): boolean =>
    sameShape(shape.with(Math.min(axis, shape.length - 1), at(first.shape, axis)), first.shape)
  if (!parts.every((part) => part.shape.length > 0 && fits(part))) {
    throw operatorFault(node, 'shapes that do not fit')
  }
  const total = parts.reduce((sum, part) => sum + at(part.shape, axis), 0)
  const shape = first.shape.with(axis, total)
  const inner = sizeOf(shape.slice(axis + 1))
  const data = allocate(node, shape)
  let offset = 0
  for (const part of parts) {
    const run = at(part.shape, axis) * inner
    for (let outer = 0; outer * run < part.data.length; outer++) {
      data.set(part.data.subarray(outer * run, (outer + 1) * run), outer * total * inner + offset)
    }
    offset += run
  }
  return [{ shape, data }]
}

/** Axis and the lengths of the outputs of a Split. */
export function splitting(
  node: FloatNode,
  shape: readonly number[],
  given: FloatTensor | undefined,
): { readonly axis: number; readonly lengths: readonly number[] } {
  const axis = resolveAxis(node, integerAttribute(node, 'axis', 0), shape.length)
  const size = at(shape, axis)
  const equal = Math.ceil(size / node.outputs.length)
  const lengths =
    (given === undefined ? listAttribute(node, 'split') : [...given.data]) ??
    node.outputs.map((_, index) => Math.min(equal, size - index * equal))
  if (lengths.length !== node.outputs.length || lengths.some((length) => !(length > 0))) {
    throw operatorFault(node, 'lengths of its outputs')
  }
  if (lengths.reduce((sum, length) => sum + length, 0) !== size) {
    throw operatorFault(node, 'outputs that are not the whole')
  }
  return { axis, lengths }
}

const split: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const { axis, lengths } = splitting(node, x.shape, inputs[1])
  const strides = stridesOf(x.shape)
  let start = 0
  return lengths.map((length) => {
    const shape = x.shape.with(axis, length)
    const data = take(x.data, walk(shape, strides, start * at(strides, axis)))
    start += length
    return { shape, data }
  })
}

const gather: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const indices = required(node, inputs, 1)
  const axis = resolveAxis(node, integerAttribute(node, 'axis', 0), x.shape.length)
  const size = at(x.shape, axis)
  const inner = sizeOf(x.shape.slice(axis + 1))
  const outer = sizeOf(x.shape.slice(0, axis))
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  const data = allocate(node, shape)
  for (let block = 0; block < outer; block++) {
    for (let index = 0; index < indices.data.length; index++) {
      const given = at(indices.data, index)
      const row = given < 0 ? given + size : given
      if (!Number.isInteger(row) || row < 0 || row >= size) {
        throw operatorFault(node, `index ${given} of ${size}`)
      }
      const from = (block * size + row) * inner
      data.set(x.data.subarray(from, from + inner), (block * indices.data.length + index) * inner)
    }
  }
  return [{ shape, data }]
}

const identity: Evaluate = (node, inputs) => [required(node, inputs, 0)]

export const movement: Readonly<Record<string, Evaluate>> = {
  Concat: concat,
  Flatten: flatten,
  Gather: gather,
  Identity: identity,
  Reshape: reshape,
  Split: split,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
}
