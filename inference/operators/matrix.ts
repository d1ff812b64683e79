import {
  denseElements,
  denseInteger,
  densePacked,
  type PackedWeights,
  packWeights,
} from '../kernel/index.ts'
import type { Element, Node, Tensor, TensorData } from '../types.ts'
import type { NodeContext } from './context.ts'
import { wrap } from './data.ts'
import { present } from './elementwise.ts'
import { type Interval, product } from './interval.ts'
import type { Inference, Invocation, Operand, Operator, Step } from './operator.ts'
import { broadcast, dot, placeOf, type Shape, sizeOf, stretchedStrides } from './shape.ts'
import { centred, Columns } from './weighing.ts'

type Bytes = Int8Array | Uint8Array

/**
 * Products of 8-bit matrices less their zero points, in int32 modulo 2^32; leading dimensions are
 * broadcast, and a missing one of the matrix is 1 and left out of the result.
 */
export const matMulInteger: Operator = {
  name: 'MatMulInteger',
  infer,
  run: (invocation) => [run(invocation)],
  element,
}

/** Rows, inner and columns, and the dimensions before them. */
interface Sizes {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly aBatch: Shape
  readonly bBatch: Shape
}

function sizes(a: Shape, b: Shape): Sizes {
  return {
    m: a.length === 1 ? 1 : (a.at(-2) ?? 1),
    k: a.at(-1) ?? 1,
    n: b.length === 1 ? 1 : (b.at(-1) ?? 1),
    aBatch: a.slice(0, -2),
    bBatch: b.slice(0, -2),
  }
}

function infer(context: NodeContext): Inference {
  if (context.opset < 10) context.refuse('opset')
  context.arity(2, 4)
  const [a, b] = [context.input(0), context.input(1)]
  const [aZero, bZero] = [context.optional(2), context.optional(3)]
  context.same(aZero === undefined ? [a] : [a, aZero], ['int8', 'uint8'])
  context.same(bZero === undefined ? [b] : [b, bZero], ['int8', 'uint8'])
  if (a.shape.length === 0 || b.shape.length === 0) context.refuse('shape')
  const { m, k, n, aBatch, bBatch } = sizes(a.shape, b.shape)
  if (k !== (b.shape.length === 1 ? b.shape[0] : b.shape.at(-2))) context.refuse('shape')
  if (aZero !== undefined && (aZero.shape.length > 1 || sizeOf(aZero.shape) > 1)) {
    context.refuse('shape', 'the zero point of the first matrix is one')
  }
  if (bZero !== undefined && (bZero.shape.length > 1 || ![1, n].includes(sizeOf(bZero.shape)))) {
    context.refuse('shape', 'zero points of the second matrix are one, or one for each column')
  }
  const batch = broadcast(context, aBatch, bBatch)
  const shape = [
    ...batch,
    ...(a.shape.length === 1 ? [] : [m]),
    ...(b.shape.length === 1 ? [] : [n]),
  ]
  const interval = bounds(context, a, b)
  const products = sizeOf(bBatch) === 1 ? 1 : sizeOf(batch)
  const rows = (sizeOf(batch) / products) * m
  return {
    outputs: [{ type: 'int32', shape, ...interval }],
    macs: sizeOf(batch) * m * k * n,
    elements: sizeOf(shape) + products * denseElements(rows, k, n),
    isDirect: true,
  }
}

function bounds(context: NodeContext, a: Operand, b: Operand): Interval {
  const { k, n, bBatch } = sizes(a.shape, b.shape)
  const data = centred(a, context.optional(2))
  const zero = context.optional(3)
  const facts = { weights: b, zero, data, columns: n, order: 'rows' } as const
  const known = context.weighing.interval(facts, (weights, zeros) => {
    const columns = new Columns(sizeOf(bBatch) * n, data)
    for (let row = 0; row < weights.length / n; row++) {
      columns.addRow(Math.floor(row / k) * n, weights, row * n, n, zeros)
    }
    return columns.interval()
  })
  if (known !== undefined) return known
  const one = product(data, centred(b, zero))
  return { low: one.low * BigInt(k), high: one.high * BigInt(k) }
}

/** Weights that are constants, as the kernel reads them. */
const kept = new WeakMap<Node, PackedWeights>()

function run({ inputs, outputs, constant, node }: Invocation): TensorData {
  const [a, b] = [present(inputs[0]), present(inputs[1])]
  const aZero = Number(inputs[2]?.data[0] ?? 0)
  const bZero = zeroPoints(inputs[3])
  const { m, k, n, aBatch, bBatch } = sizes(a.shape, b.shape)
  const [left, right] = [a.data as Bytes, b.data as Bytes]
  const stacked = sizeOf(aBatch) * m
  if (sizeOf(bBatch) === 1) {
    const isKept = constant[1] === true && (inputs[3] === undefined || constant[3] === true)
    if (!isKept) return denseInteger(left, right, stacked, k, n, aZero, bZero)
    const packed = kept.get(node) ?? packWeights(right, k, n, bZero)
    kept.set(node, packed)
    return densePacked(left, stacked, aZero, packed)
  }
  const { shape } = present(outputs[0])
  const batch = shape.slice(0, Math.max(aBatch.length, bBatch.length))
  const result = new Int32Array(sizeOf(shape))
  for (let at = 0; at < sizeOf(batch); at++) {
    const place = placeOf(at, batch)
    const aAt = dot(place, stretchedStrides(aBatch, batch)) * m * k
    const bAt = dot(place, stretchedStrides(bBatch, batch)) * k * n
    const [rows, columns] = [left.subarray(aAt, aAt + m * k), right.subarray(bAt, bAt + k * n)]
    result.set(denseInteger(rows, columns, m, k, n, aZero, bZero), at * m * n)
  }
  return result
}

function zeroPoints(zero: Tensor | undefined): number | Bytes {
  if (zero === undefined) return 0
  return zero.data.length === 1 ? Number(zero.data[0]) : (zero.data as Bytes)
}

function element({ inputs, outputs, index, read }: Step): Element {
  const [a, b] = [present(inputs[0]).shape, present(inputs[1]).shape]
  const { m, k, n, aBatch, bBatch } = sizes(a, b)
  const { shape } = present(outputs[0])
  const batch = shape.slice(0, Math.max(aBatch.length, bBatch.length))
  const [row, column] = [Math.floor(index / n) % m, index % n]
  const place = placeOf(Math.floor(index / (m * n)), batch)
  const aAt = dot(place, stretchedStrides(aBatch, batch)) * m * k + row * k
  const bAt = dot(place, stretchedStrides(bBatch, batch)) * k * n + column
  const aZero = inputs[2] === undefined ? 0 : Number(read(2, 0))
  const bZeros = inputs[3]
  const zeroAt = bZeros !== undefined && sizeOf(bZeros.shape) > 1 ? column : 0
  const bZero = bZeros === undefined ? 0 : Number(read(3, zeroAt))
  let sum = 0
  for (let inner = 0; inner < k; inner++) {
    const left = Number(read(0, aAt + inner)) - aZero
    sum = (sum + left * (Number(read(1, bAt + inner * n)) - bZero)) | 0
  }
  return wrap('int32', sum)
}
