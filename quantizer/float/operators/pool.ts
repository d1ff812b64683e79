import { operatorFault } from '../../faults.ts'
import { type FloatNode, integerAttribute, listAttribute, resolveAxis } from '../graph.ts'
import { at, type FloatTensor, sizeOf } from '../tensor.ts'
import { allocate, type Evaluate, required } from './evaluation.ts'
import { type Window, windowOf } from './window.ts'

/** How many pixels an average divides by at each output position. */
export function divisors(node: FloatNode, window: Window): Float64Array {
  const taps = window.kernel[0] * window.kernel[1]
  const all = integerAttribute(node, 'count_include_pad', 0) !== 0
  return Float64Array.from({ length: window.out[0] * window.out[1] }, (_, place) => {
    const pixels = window.positions.subarray(place * taps, (place + 1) * taps)
    return all ? taps : pixels.filter((pixel) => pixel >= 0).length
  })
}

function pool(node: FloatNode, x: FloatTensor, isMaximum: boolean): FloatTensor {
  const window = windowOf(node, x.shape)
  const taps = window.kernel[0] * window.kernel[1]
  const counts = divisors(node, window)
  const area = window.out[0] * window.out[1]
  const pixels = window.in[0] * window.in[1]
  const planes = at(x.shape, 0) * at(x.shape, 1)
  const data = allocate(node, [planes, area])
  for (let index = 0; index < data.length; index++) {
    const place = index % area
    const from = ((index - place) / area) * pixels
    let result = isMaximum ? -Infinity : 0
    for (let tap = 0; tap < taps; tap++) {
      const pixel = window.positions[place * taps + tap] as number
      if (pixel < 0) continue
      const value = x.data[from + pixel] as number
      if (!isMaximum) result += value
      else if (value > result) result = value
    }
    data[index] = isMaximum ? result : result / (counts[place] as number)
  }
  return { shape: [...x.shape.slice(0, 2), ...window.out], data }
}

/** The dimensions that a reduction removes, ascending. */
export function reducedAxes(
  node: FloatNode,
  rank: number,
  given: FloatTensor | undefined,
): readonly number[] {
  const axes = given === undefined ? listAttribute(node, 'axes') : [...given.data]
  if (axes === undefined || axes.length === 0) {
    const keepsAll = integerAttribute(node, 'noop_with_empty_axes', 0) !== 0
    return keepsAll ? [] : Array.from({ length: rank }, (_, axis) => axis)
  }
  return [...new Set(axes.map((axis) => resolveAxis(node, axis, rank)))].toSorted((a, b) => a - b)
}

const reduceMean: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  const axes = reducedAxes(node, x.shape.length, inputs[1])
  if (axes.length === 0) throw operatorFault(node, 'no axes')
  const kept = x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
  const strides = kept.map((dimension, axis) =>
    dimension === 1 ? 0 : sizeOf(kept.slice(axis + 1)),
  )
  const data = new Float64Array(sizeOf(kept))
  const inner = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)))
  for (let index = 0; index < x.data.length; index++) {
    let target = 0
    for (let axis = 0; axis < kept.length; axis++) {
      const position = Math.floor(index / at(inner, axis)) % at(x.shape, axis)
      target += position * at(strides, axis)
    }
    data[target] = (data[target] as number) + (x.data[index] as number)
  }
  const count = x.data.length / data.length
  const keeps = integerAttribute(node, 'keepdims', 1) !== 0
  const shape = keeps ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
  return [{ shape, data: data.map((sum) => sum / count) }]
}

const globalAverage: Evaluate = (node, inputs) => {
  const x = required(node, inputs, 0)
  if (x.shape.length < 3) throw operatorFault(node, `an input of rank ${x.shape.length}`)
  const area = sizeOf(x.shape.slice(2))
  const data = Float64Array.from({ length: x.data.length / area }, (_, plane) => {
    let sum = 0
    for (let index = 0; index < area; index++) sum += x.data[plane * area + index] as number
    return sum / area
  })
  return [{ shape: [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)], data }]
}

export const pooling: Readonly<Record<string, Evaluate>> = {
  AveragePool: (node, inputs) => [pool(node, required(node, inputs, 0), false)],
  GlobalAveragePool: globalAverage,
  MaxPool: (node, inputs) => {
    if (node.outputs.length > 1) throw operatorFault(node, 'indices of a maximum')
    return [pool(node, required(node, inputs, 0), true)]
  },
  ReduceMean: reduceMean,
}
