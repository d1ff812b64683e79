/** Graphs of one product each, large enough for the SIMD kernel. */
import { type ElementType, type InitializerSpec, type Tensor, writeModel } from '#inference'

import { Seeded } from '../seeded.ts'
import type { RandomGraph } from './random-graph.ts'

type Bytes = 'int8' | 'uint8'

/** Types of data and weights whose sums no machine saturates. */
const pairs: readonly (readonly [Bytes, Bytes])[] = [
  ['uint8', 'uint8'],
  ['int8', 'int8'],
  ['int8', 'uint8'],
]

interface Product {
  readonly operator: string
  readonly x: readonly number[]
  readonly w: readonly number[]
  readonly y: readonly number[]
  readonly attributes: Readonly<Record<string, number | readonly number[]>>
  /** How many zero points the weights may have. */
  readonly zeros: number
}

export function productGraph(seed: string): RandomGraph {
  const random = new Seeded(seed)
  const { operator, x, w, y, attributes, zeros } = random.oneIn(2)
    ? matrix(random)
    : filters(random)
  const [xType, wType] = random.pick(pairs)
  const data = tensor(random, xType, x)
  const weights = { name: 'w', ...tensor(random, wType, w) }
  const isConstant = !random.oneIn(3)
  const xZero = { name: 'x zero', ...tensor(random, xType, []) }
  const wZero = { name: 'w zero', ...tensor(random, wType, random.oneIn(2) ? [] : [zeros]) }
  const inputs = [{ name: 'x', ...data }, ...(isConstant ? [] : [weights])]
  const initializers: InitializerSpec[] = [...(isConstant ? [weights] : []), xZero, wZero]
  const model = writeModel({
    opset: 13,
    inputs,
    outputs: [{ name: 'y', type: 'int32', shape: y }],
    initializers,
    nodes: [{ operator, inputs: ['x', 'w', 'x zero', 'w zero'], outputs: ['y'], attributes }],
  })
  const input = Buffer.concat(inputs.map((value) => new Uint8Array(value.data.buffer)))
  return { seed, model, inputs, outputs: ['y'], input, operators: [operator] }
}

function matrix(random: Seeded): Product {
  const [m, k, n] = [1 + random.below(40), 1 + random.below(400), 1 + random.below(80)]
  const batch = random.oneIn(4) ? [2, 1 + random.below(3)] : []
  const stacked = batch.length > 0 && random.oneIn(2)
  return {
    operator: 'MatMulInteger',
    x: [...batch, m, k],
    w: stacked ? [...batch, k, n] : [k, n],
    y: [...batch, m, n],
    attributes: {},
    zeros: stacked ? 1 : n,
  }
}

function filters(random: Seeded): Product {
  const below = (bound: number): number => 1 + random.below(bound)
  const [group, depth, each] = [random.oneIn(3) ? below(4) : 1, below(9), below(9)]
  const kernel = [below(5), below(5)]
  const strides = [below(3), below(3)]
  const dilations = [below(2), below(2)]
  const pads = [0, 1, 0, 1].map((axis) => random.below(kernel[axis] ?? 1))
  const span = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1)
  const size = span.map((least) => least + random.below(24))
  const output = size.map((length, axis) => {
    const free = length + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) - (span[axis] ?? 1)
    return Math.floor(free / (strides[axis] ?? 1)) + 1
  })
  const batch = below(2)
  return {
    operator: 'ConvInteger',
    x: [batch, group * depth, ...size],
    w: [group * each, depth, ...kernel],
    y: [batch, group * each, ...output],
    attributes: { group, strides, dilations, pads },
    zeros: 1,
  }
}

function tensor(random: Seeded, type: Bytes & ElementType, shape: readonly number[]): Tensor {
  const bytes = random.bytes(shape.reduce((size, dimension) => size * dimension, 1))
  // Often the ends of the type, where sums are largest.
  if (random.oneIn(4)) bytes.fill(random.pick([0, 127, 128, 255]))
  return { type, shape, data: type === 'int8' ? new Int8Array(bytes.buffer) : bytes }
}
