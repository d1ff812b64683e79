import type { Activation } from '../emit/activation.ts'
import type { Emitter } from '../emit/emitter.ts'
import { expression, type Expression, scaled, sum } from '../emit/expression.ts'
import { type Format, wideOf } from '../emit/format.ts'
import { requantize } from '../emit/requantize.ts'
import { operatorFault, overflowFault } from '../faults.ts'
import { floatAttribute, type FloatNode } from '../float/graph.ts'
import { normalizedFrom, softmaxAxis } from '../float/operators/normalize.ts'
import { at, scalar } from '../float/tensor.ts'
import { exp } from '../series.ts'
import { activationOf, constantOf, type Context, type Lower, made, outputOf } from './context.ts'
import { lookUpBySteps } from './steps.ts'

/** e^0 as a whole number; with its reciprocal below, 2^29 is one. */
const unit = 2 ** 13
const one = 2 ** 29
/** Distance from the maximum below which e^x counts as zero. */
const depth = 16
const entries = 2_048

const softmax: Lower = (context, node) => {
  const { emitter } = context
  const x = activationOf(context, node, 0)
  const axis = softmaxAxis(node, x.shape, context.graph.opset)
  const length = at(x.shape, axis)
  if (length * unit >= one) throw overflowFault(node.name, `a sum of ${length}`)
  return made(context, node, () => {
    const keys = keysOf(x)
    const numbers = x.as(keys)
    const largest = emitter.node('ReduceMax', [numbers], { axes: [axis], keepdims: 1 })
    const below = emitter.clip(emitter.node('Sub', [largest, numbers]), 0, entries - 1)
    const table = Array.from({ length: entries }, (_, key) =>
      Math.round(exp(-key * keys.scale) * unit),
    )
    const powers = emitter.node('Gather', [emitter.list('int32', table), below])
    const total = emitter.node('ReduceSum', [powers, emitter.list('int64', [axis])], {
      keepdims: 1,
    })
    const range = { low: unit, high: Math.max(length, 2) * unit }
    const inverse = lookUpBySteps(emitter, total, range, (value) => one / value)
    const { shape } = outputOf(context, node)
    const tensor = emitter.node('Mul', [powers, inverse])
    return expression(shape, [
      { tensor, type: 'int32', shape, scale: scalar(1 / one), magnitude: one },
    ])
  })
}

/**
 * Steps of e^x's table from end to end of what calibration saw, and half as much beyond; larger
 * ones where that is more than int32 has room for.
 */
function keysOf({ range }: Activation): Format {
  const low = Math.min(range.low, 0) * 1.5 - depth
  const high = Math.max(range.high, 0) * 1.5 + depth
  const scale = Math.max(depth / entries, (high - low) / 2 ** 22)
  const zeroPoint = Math.ceil(-low / scale)
  return { type: 'int32', scale, zeroPoint, levels: zeroPoint + Math.ceil(high / scale) }
}

/** How far beyond what calibration saw a variance may go, either way. */
const margin = 16

const layerNormalization: Lower = (context, node) => {
  const x = activationOf(context, node, 0)
  const gain = constantOf(context, node, 1)
  const shift = constantOf(context, node, 2)
  if (gain === undefined || (shift === undefined && (node.inputs[2] ?? '') !== '')) {
    throw operatorFault(node, 'gain or shift is not constant')
  }
  const shape = x.shape.slice(normalizedFrom(node, x.shape))
  return made(context, node, () => {
    const gained = scaled(normalized(context, node, x), { ...gain, shape }, node.name)
    if (shift === undefined) return gained
    return sum(gained, expression(x.shape, [], { ...shift, shape }), node.name)
  })
}

/** (x − mean) / √(variance + ε). */
function normalized(context: Context, node: FloatNode, x: Activation): Expression {
  const { emitter } = context
  const axes = x.shape.map((_, axis) => axis).slice(normalizedFrom(node, x.shape))
  const length = axes.reduce((all, axis) => all * at(x.shape, axis), 1)
  let bits = 12
  while (length * (1 << (2 * bits - 2)) >= 2 ** 30) bits--
  if (bits < 6) throw overflowFault(node.name, `a sum of ${length} squares`)
  const distance = context.calibration.distances.get(node.name)?.high ?? 0
  const format = wideOf({ low: -distance, high: distance }, bits)
  const centred = emitter.node('Sub', [
    requantize(emitter, distances(emitter, x, axes, length), format, node.name),
    emitter.number('int32', format.zeroPoint),
  ])
  const squares = emitter.node(
    'ReduceSum',
    [emitter.node('Mul', [centred, centred]), emitter.list('int64', axes)],
    { keepdims: 1 },
  )
  const perUnit = (format.scale * format.scale) / length
  const epsilon = floatAttribute(node, 'epsilon', 1e-5)
  const seen = context.calibration.variances.get(node.name) ?? { low: 0, high: 0 }
  const low = Math.max(Math.floor(seen.low / margin / perUnit), 1)
  const most = Math.min(Math.ceil((seen.high * margin) / perUnit), length * (1 << (2 * bits - 2)))
  const inverse = (squared: number): number => 1 / Math.sqrt(squared * perUnit + epsilon)
  // The largest product is that of the largest distance and the smallest variance.
  const fine = (1 << (30 - bits)) / inverse(low)
  const range = { low, high: Math.max(most, low + 1) }
  const spread = lookUpBySteps(emitter, squares, range, (value) => inverse(value) * fine)
  const tensor = emitter.node('Mul', [centred, spread])
  const scale = scalar(format.scale / fine)
  return expression(x.shape, [{ tensor, type: 'int32', shape: x.shape, scale, magnitude: 2 ** 30 }])
}

/** x − mean, exact: length · x − Σ x, of which the zero point has gone. */
function distances(
  emitter: Emitter,
  x: Activation,
  axes: readonly number[],
  length: number,
): Expression {
  const { wide } = x
  if (length * wide.levels >= 2 ** 31) throw overflowFault(x.name, `a sum of ${length}`)
  const numbers = x.as(wide)
  const multiple = emitter.node('Mul', [numbers, emitter.number('int32', length)])
  const total = emitter.node('ReduceSum', [numbers, emitter.list('int64', axes)], { keepdims: 1 })
  const tensor = emitter.node('Sub', [multiple, total])
  const scale = scalar(wide.scale / length)
  return expression(x.shape, [
    { tensor, type: 'int32', shape: x.shape, scale, magnitude: length * wide.levels },
  ])
}

export const normalizing: Readonly<Record<string, Lower>> = {
  LayerNormalization: layerNormalization,
  Softmax: softmax,
}
