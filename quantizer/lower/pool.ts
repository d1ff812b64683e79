import { Activation, termOf } from '../emit/activation.ts'
import { expression, type Expression, scaled } from '../emit/expression.ts'
import { type Format, formatOf } from '../emit/format.ts'
import { overflowFault } from '../faults.ts'
import type { FloatNode } from '../float/graph.ts'
import { divisors, reducedAxes } from '../float/operators/pool.ts'
import { windowOf } from '../float/operators/window.ts'
import { at, scalar } from '../float/tensor.ts'
import {
  activationOf,
  constantOf,
  type Context,
  type Lower,
  made,
  once,
  outputOf,
} from './context.ts'

const maximum: Lower = (context, node) => {
  const { emitter } = context
  const x = activationOf(context, node, 0)
  const { name, shape } = outputOf(context, node)
  const { kernel, strides, dilations, pads } = windowOf(node, x.shape)
  const pooled = (format: Format): string =>
    emitter.node('MaxPool', [x.as(format)], { kernel_shape: kernel, strides, dilations, pads })
  const activation: Activation = new Activation(
    emitter,
    { name, shape, range: x.range },
    {
      narrow: x.narrow,
      direct: (format) => (format.type === 'uint8' ? pooled(format) : undefined),
      expression: () => termOf(activation.as(x.narrow), shape, x.narrow),
    },
  )
  return [activation]
}

/** A convolution of each channel with ones; what it divides by may depend on the place. */
const average: Lower = (context, node) => {
  const { emitter } = context
  const x = activationOf(context, node, 0)
  return made(context, node, () => {
    const window = windowOf(node, x.shape)
    const { kernel, strides, dilations, pads } = window
    const channels = at(x.shape, 1)
    const format = x.narrow
    const taps = kernel[0] * kernel[1]
    const ones = new Float64Array(channels * taps).fill(1)
    const tensor = emitter.node(
      'ConvInteger',
      [
        x.as(format),
        emitter.constant('uint8', { shape: [channels, 1, ...kernel], data: ones }),
        emitter.number('uint8', format.zeroPoint),
      ],
      { kernel_shape: kernel, strides, dilations, pads, group: channels },
    )
    const { shape } = outputOf(context, node)
    const scale = {
      shape: window.out,
      data: divisors(node, window).map((count) => format.scale / count),
    }
    return expression(shape, [
      { tensor, type: 'int32', shape, scale, magnitude: taps * format.levels },
    ])
  })
}

/** Σ over `axes` of `x`. */
function summed(
  context: Context,
  node: FloatNode,
  x: Activation,
  axes: readonly number[],
): Expression {
  const { emitter } = context
  const count = axes.reduce((all, axis) => all * at(x.shape, axis), 1)
  let bits = 16
  while (bits > 7 && count * (1 << bits) >= 2 ** 31) bits--
  if (bits < 8) throw overflowFault(node.name, `a sum of ${count}`)
  const format = formatOf(x.range, 'int32', (1 << bits) - 1)
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const tensor = emitter.node('ReduceSum', [x.as(format), emitter.list('int64', axes)], {
    keepdims: 1,
  })
  const term = { tensor, shape, type: 'int32' as const, scale: scalar(format.scale) }
  return expression(
    shape,
    [{ ...term, magnitude: count * format.levels }],
    scalar(-format.scale * format.zeroPoint * count),
  )
}

function mean(context: Context, node: FloatNode, axes: readonly number[]): readonly Activation[] {
  const x = activationOf(context, node, 0)
  const count = axes.reduce((all, axis) => all * at(x.shape, axis), 1)
  const output = outputOf(context, node)
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const define = once(() => scaled(summed(context, node, x, axes), scalar(1 / count), node.name))
  const whole = new Activation(context.emitter, { ...output, shape: kept }, { expression: define })
  if (kept.length === output.shape.length) return [whole]
  const direct = (format: Format): string => context.emitter.reshape(whole.as(format), output.shape)
  return [new Activation(context.emitter, output, { direct })]
}

export const pooling: Readonly<Record<string, Lower>> = {
  AveragePool: average,
  GlobalAveragePool: (context, node) => {
    const { shape } = activationOf(context, node, 0)
    return mean(
      context,
      node,
      shape.map((_, axis) => axis).filter((axis) => axis > 1),
    )
  },
  MaxPool: maximum,
  ReduceMean: (context, node) => {
    const { shape } = activationOf(context, node, 0)
    return mean(context, node, reducedAxes(node, shape.length, constantOf(context, node, 1)))
  },
}
