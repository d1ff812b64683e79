import type { Activation } from '../emit/activation.ts'
import { expression, type Expression, scaled, sum } from '../emit/expression.ts'
import type { Format } from '../emit/format.ts'
import { operatorFault, overflowFault } from '../faults.ts'
import { floatAttribute, type FloatNode, integerAttribute } from '../float/graph.ts'
import { normalization, transposed } from '../float/operators/linear.ts'
import { windowOf } from '../float/operators/window.ts'
import { at, type FloatTensor, scalar, sizeOf } from '../float/tensor.ts'
import { activationOf, constantOf, type Context, type Lower, made, outputOf } from './context.ts'

/**
 * Weights stand as uint8 around 128, and so does what they are multiplied with: onnxruntime's
 * product of uint8 and int8 saturates on processors without VNNI, this one is exact on all.
 */
const weightZero = 128
const weightMost = 127

interface QuantizedWeights {
  readonly codes: FloatTensor
  /** Of each output channel. */
  readonly scales: Float64Array
  /** The largest sum of a channel over any input in `format`. */
  readonly magnitude: number
}

/** @param channelOf Which output channel an element belongs to. */
function quantizeWeights(
  node: FloatNode,
  weights: FloatTensor,
  format: Format,
  channels: number,
  channelOf: (index: number) => number,
): QuantizedWeights {
  const scales = new Float64Array(channels)
  for (const [index, weight] of weights.data.entries()) {
    const channel = channelOf(index)
    scales[channel] = Math.max(at(scales, channel), Math.abs(weight) / weightMost)
  }
  const lows = new Float64Array(channels)
  const highs = new Float64Array(channels)
  const [low, high] = [-format.zeroPoint, format.levels - format.zeroPoint]
  const data = weights.data.map((weight, index) => {
    const channel = channelOf(index)
    const scale = at(scales, channel)
    const code = scale === 0 ? 0 : Math.floor(weight / scale + 0.5)
    lows[channel] = at(lows, channel) + code * (code > 0 ? low : high)
    highs[channel] = at(highs, channel) + code * (code > 0 ? high : low)
    return code + weightZero
  })
  const magnitude = highs.reduce(
    (most, sum_, channel) => Math.max(most, sum_, -at(lows, channel)),
    1,
  )
  checkFits(node, magnitude)
  return { codes: { shape: weights.shape, data }, scales, magnitude }
}

/** The largest distance from zero. */
function furthest({ zeroPoint, levels }: Format): number {
  return Math.max(zeroPoint, levels - zeroPoint)
}

function checkFits(node: FloatNode, magnitude: number): void {
  if (magnitude >= 2 ** 31) throw overflowFault(node.name, 'its sums do not fit 32 bits')
}

/** x · weights, of shape [K, N]. */
function dense(context: Context, node: FloatNode, x: Activation, weights: FloatTensor): Expression {
  const { emitter } = context
  const format = x.narrow
  const columns = at(weights.shape, 1)
  const { codes, scales, magnitude } = quantizeWeights(
    node,
    weights,
    format,
    columns,
    (index) => index % columns,
  )
  const tensor = emitter.node('MatMulInteger', [
    x.as(format),
    emitter.constant('uint8', codes),
    emitter.number('uint8', format.zeroPoint),
    emitter.number('uint8', weightZero),
  ])
  const shape = [...x.shape.slice(0, -1), columns]
  const scale = { shape: [columns], data: scales.map((value) => value * format.scale) }
  return expression(shape, [{ tensor, type: 'int32', shape, scale, magnitude }])
}

const gemm: Lower = (context, node) => {
  const weights = constantOf(context, node, 1)
  if (weights === undefined) throw operatorFault(node, 'its weights are not constant')
  if (integerAttribute(node, 'transA', 0) !== 0) throw operatorFault(node, 'transA')
  const isTransposed = integerAttribute(node, 'transB', 0) !== 0
  const matrix = isTransposed ? transposed(node, weights) : weights
  const x = activationOf(context, node, 0)
  const isBiased = (node.inputs[2] ?? '') !== ''
  const bias = isBiased ? activationOf(context, node, 2) : undefined
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)]
  return made(context, node, () => {
    const product = scaled(dense(context, node, x, matrix), scalar(alpha), node.name)
    if (bias === undefined) return product
    return sum(product, scaled(bias.linear(), scalar(beta), node.name), node.name)
  })
}

const matMul: Lower = (context, node) => {
  const x = activationOf(context, node, 0)
  const weights = constantOf(context, node, 1)
  if (weights?.shape.length === 2) {
    return made(context, node, () => dense(context, node, x, weights))
  }
  const y = activationOf(context, node, 1)
  return made(context, node, () => {
    const [left, right] = [x.narrow, y.narrow]
    const magnitude = at(x.shape, x.shape.length - 1) * furthest(left) * furthest(right)
    checkFits(node, magnitude)
    const { emitter } = context
    const tensor = emitter.node('MatMulInteger', [
      x.as(left),
      y.as(right),
      emitter.number('uint8', left.zeroPoint),
      emitter.number('uint8', right.zeroPoint),
    ])
    const { shape } = outputOf(context, node)
    const scale = scalar(left.scale * right.scale)
    return expression(shape, [{ tensor, type: 'int32', shape, scale, magnitude }])
  })
}

const conv: Lower = (context, node) => {
  const weights = constantOf(context, node, 1)
  if (weights === undefined) throw operatorFault(node, 'its weights are not constant')
  const x = activationOf(context, node, 0)
  const bias = constantOf(context, node, 2)
  if (bias === undefined && (node.inputs[2] ?? '') !== '') {
    throw operatorFault(node, 'its bias is not constant')
  }
  return made(context, node, () => convolution(context, node, x, { weights, bias }))
}

function convolution(
  context: Context,
  node: FloatNode,
  x: Activation,
  { weights, bias }: { readonly weights: FloatTensor; readonly bias: FloatTensor | undefined },
): Expression {
  const { emitter } = context
  const format = x.narrow
  const channels = at(weights.shape, 0)
  const taps = sizeOf(weights.shape.slice(1))
  const { codes, scales, magnitude } = quantizeWeights(node, weights, format, channels, (index) =>
    Math.floor(index / taps),
  )
  const { kernel, strides, dilations, pads } = windowOf(node, x.shape, weights.shape.slice(2))
  const tensor = emitter.node(
    'ConvInteger',
    [
      x.as(format),
      emitter.constant('uint8', codes),
      emitter.number('uint8', format.zeroPoint),
      emitter.number('uint8', weightZero),
    ],
    {
      kernel_shape: kernel,
      strides,
      dilations,
      pads,
      group: integerAttribute(node, 'group', 1),
    },
  )
  const perChannel = (data: Float64Array): FloatTensor => ({ shape: [channels, 1, 1], data })
  const { shape } = outputOf(context, node)
  const scale = perChannel(scales.map((value) => value * format.scale))
  const term = { tensor, type: 'int32' as const, shape, scale, magnitude }
  return expression(shape, [term], bias === undefined ? scalar(0) : perChannel(bias.data))
}

const batchNormalization: Lower = (context, node) => {
  const x = activationOf(context, node, 0)
  const parameters = node.inputs.map((_, index) => constantOf(context, node, index))
  const { factor, offset } = normalization(node, parameters)
  const shape = [factor.length, ...x.shape.slice(2).map(() => 1)]
  return made(context, node, () =>
    sum(
      scaled(x.linear(), { shape, data: factor }, node.name),
      expression(x.shape, [], { shape, data: offset }),
      node.name,
    ),
  )
}

export const linear: Readonly<Record<string, Lower>> = {
  BatchNormalization: batchNormalization,
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
}
