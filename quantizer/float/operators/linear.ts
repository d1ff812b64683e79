import { operatorFault } from '../../faults.ts'
import { floatAttribute, type FloatNode, integerAttribute } from '../graph.ts'
import {
  at,
  broadcastIndices,
  broadcastShape,
  type FloatTensor,
  sameShape,
  sizeOf,
} from '../tensor.ts'
import { allocate, combine, type Evaluate, map, required } from './evaluation.ts'
import { windowOf } from './window.ts'

export function transposed(node: FloatNode, matrix: FloatTensor): FloatTensor {
  const [rows, columns] = matrix.shape
  if (matrix.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw operatorFault(node, `a matrix has rank ${matrix.shape.length}`)
  }
  const data = new Float64Array(matrix.data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[column * rows + row] = at(matrix.data, row * columns + column)
    }
  }
  return { shape: [columns, rows], data }
}

/** NumPy's matmul of tensors of rank 2 and more. */
function product(node: FloatNode, a: FloatTensor, b: FloatTensor): FloatTensor {
  if (a.shape.length < 2 || b.shape.length < 2) throw operatorFault(node, 'a factor is a vector')
  const [m, k] = a.shape.slice(-2) as [number, number]
  const [inner, n] = b.shape.slice(-2) as [number, number]
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  if (k !== inner || batch === undefined) {
    throw operatorFault(node, `shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`)
  }
  const data = allocate(node, [...batch, m, n])
  const left = broadcastIndices(a.shape.slice(0, -2), batch)
  const right = broadcastIndices(b.shape.slice(0, -2), batch)
  for (let index = 0; index < left.length; index++) {
    const block = data.subarray(index * m * n, (index + 1) * m * n)
    const x = a.data.subarray(at(left, index) * m * k, (at(left, index) + 1) * m * k)
    multiply(x, b.data.subarray(at(right, index) * k * n, (at(right, index) + 1) * k * n), block, n)
  }
  return { shape: [...batch, m, n], data }
}

function multiply(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  const k = b.length / n
  for (let row = 0; row * n < out.length; row++) {
    for (let index = 0; index < k; index++) {
      const factor = a[row * k + index] as number
      if (factor === 0) continue
      for (let column = 0; column < n; column++) {
        const target = row * n + column
        out[target] = (out[target] as number) + factor * (b[index * n + column] as number)
      }
    }
  }
}

const gemm: Evaluate = (node, inputs) => {
  const orient = (index: number, attribute: string): FloatTensor => {
    const matrix = required(node, inputs, index)
    if (matrix.shape.length !== 2) throw operatorFault(node, `rank ${matrix.shape.length}`)
    return integerAttribute(node, attribute, 0) === 0 ? matrix : transposed(node, matrix)
  }
  const alpha = floatAttribute(node, 'alpha', 1)
  const raw = product(node, orient(0, 'transA'), orient(1, 'transB'))
  const scaled = alpha === 1 ? raw : map(raw, (x) => x * alpha)
  if (inputs[2] === undefined) return [scaled]
  const beta = floatAttribute(node, 'beta', 1)
  const sum = combine(node, scaled, inputs[2], (left, right) => left + beta * right)
  if (!sameShape(sum.shape, raw.shape)) throw operatorFault(node, 'a bias larger than the product')
  return [sum]
}

const conv: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const weights = required(node, inputs, 1)
  const [channels, perGroup] = weights.shape as [number, number]
  const window = windowOf(node, x.shape, weights.shape.slice(2))
  const group = integerAttribute(node, 'group', 1)
  const [batch, inChannels] = x.shape as [number, number]
  if (group < 1 || inChannels !== perGroup * group || channels % group !== 0) {
    throw operatorFault(node, `${inChannels} channels, weights [${weights.shape.join(', ')}]`)
  }
  const bias = inputs[2]?.data
  if (bias !== undefined && bias.length !== channels) throw operatorFault(node, 'its bias')
  const area = window.out[0] * window.out[1]
  const taps = window.kernel[0] * window.kernel[1]
  const pixels = window.in[0] * window.in[1]
  const data = allocate(node, [batch, channels, ...window.out])
  for (let row = 0; row < batch * channels; row++) {
    const channel = row % channels
    const firstInput = Math.floor(channel / (channels / group)) * perGroup
    const image = (row - channel) / channels
    const plane = data.subarray(row * area, (row + 1) * area)
    plane.fill(bias === undefined ? 0 : at(bias, channel))
    for (let index = 0; index < perGroup; index++) {
      const from = (image * inChannels + firstInput + index) * pixels
      const kernel = (channel * perGroup + index) * taps
      for (let position = 0; position < area; position++) {
        let sum = plane[position] as number
        for (let tap = 0; tap < taps; tap++) {
          const pixel = window.positions[position * taps + tap] as number
          if (pixel < 0) continue
          sum += (x.data[from + pixel] as number) * (weights.data[kernel + tap] as number)
        }
        plane[position] = sum
      }
    }
  }
  return [{ shape: [batch, channels, ...window.out], data }]
}

/** What BatchNormalization does to a channel: x · factor + offset. */
export function normalization(
  node: FloatNode,
  inputs: readonly (FloatTensor | undefined)[],
): { readonly factor: Float64Array; readonly offset: Float64Array } {
  if (integerAttribute(node, 'training_mode', 0) !== 0)
    throw operatorFault(node, 'in training mode')
  const [gain, shift, mean, variance] = [1, 2, 3, 4].map((n) => required(node, inputs, n).data)
  if (!gain || !shift || !mean || !variance) throw operatorFault(node, 'a parameter is missing')
  if ([shift, mean, variance].some((other) => other.length !== gain.length)) {
    throw operatorFault(node, 'parameters of unlike sizes')
  }
  const epsilon = floatAttribute(node, 'epsilon', 1e-5)
  const factor = gain.map((value, channel) => {
    const spread = Math.sqrt(at(variance, channel) + epsilon)
    if (!(spread > 0)) throw operatorFault(node, `variance ${at(variance, channel)}`)
    return value / spread
  })
  const offset = shift.map((value, channel) => value - at(mean, channel) * at(factor, channel))
  return { factor, offset }
}

const batchNormalization: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const { factor, offset } = normalization(node, inputs)
  const channels = x.shape[1]
  if (channels !== factor.length) throw operatorFault(node, 'parameters of another channel count')
  const area = sizeOf(x.shape.slice(2))
  const data = x.data.map((value, index) => {
    const channel = Math.floor(index / area) % channels
    return value * (factor[channel] as number) + (offset[channel] as number)
  })
  return [{ shape: x.shape, data }]
}

export const linear: Readonly<Record<string, Evaluate>> = {
  BatchNormalization: batchNormalization,
  Conv: conv,
  Gemm: gemm,
  MatMul: (node, inputs) => [product(node, required(node, inputs, 0), required(node, inputs, 1))],
}
