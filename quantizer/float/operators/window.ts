import { operatorFault } from '../../faults.ts'
import { limits } from '../../limits.ts'
import { type FloatNode, integerAttribute, listAttribute, textAttribute } from '../graph.ts'
import { at } from '../tensor.ts'

type Pair = readonly [number, number]

/** A window that slides over the two spatial dimensions of an NCHW tensor. */
export interface Window {
  readonly in: Pair
  readonly out: Pair
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilations: Pair
  /** Top, left, bottom, right, with `auto_pad` resolved. */
  readonly pads: readonly [number, number, number, number]
  /** For each output position and tap, the pixel of the input plane; -1 in the padding. */
  readonly positions: Int32Array
}

/** @param kernel Height and width, when the weights say it and not the attribute. */
export function windowOf(
  node: FloatNode,
  shape: readonly number[],
  kernel: readonly number[] | undefined = listAttribute(node, 'kernel_shape'),
): Window {
  const input = shape.slice(2)
  if (shape.length !== 4 || !isPair(input) || kernel === undefined || !isPair(kernel)) {
    throw operatorFault(node, `an input of rank ${shape.length}: only images, NCHW`)
  }
  if (!kernel.every((size) => size >= 1)) throw operatorFault(node, 'kernel_shape')
  if (integerAttribute(node, 'ceil_mode', 0) !== 0) throw operatorFault(node, 'ceil_mode')
  const strides = pair(node, 'strides')
  const dilations = pair(node, 'dilations')
  const spans: Pair = [(kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1]
  const pads = padsOf(node, input, spans, strides)
  const size = (axis: 0 | 1): number =>
    Math.floor((input[axis] + pads[axis] + at(pads, axis + 2) - spans[axis]) / strides[axis]) + 1
  const out: Pair = [size(0), size(1)]
  if (out[0] < 1 || out[1] < 1) throw operatorFault(node, 'the window is larger than the image')
  if (out[0] * out[1] * kernel[0] * kernel[1] > limits.elements.value) {
    throw operatorFault(node, `an output of [${out.join(', ')}]`)
  }
  const window = { in: input, out, kernel, strides, dilations, pads }
  return { ...window, positions: positionsOf(window) }
}

function positionsOf(window: Omit<Window, 'positions'>): Int32Array {
  const [height, width] = window.in
  const taps = window.kernel[0] * window.kernel[1]
  const positions = new Int32Array(window.out[0] * window.out[1] * taps)
  for (let index = 0; index < positions.length; index++) {
    const tap = index % taps
    const place = (index - tap) / taps
    const tapColumn = tap % window.kernel[1]
    const column = place % window.out[1]
    const y =
      ((place - column) / window.out[1]) * window.strides[0] +
      ((tap - tapColumn) / window.kernel[1]) * window.dilations[0] -
      window.pads[0]
    const x = column * window.strides[1] + tapColumn * window.dilations[1] - window.pads[1]
    positions[index] = y < 0 || y >= height || x < 0 || x >= width ? -1 : y * width + x
  }
  return positions
}

function padsOf(node: FloatNode, input: Pair, spans: Pair, strides: Pair): Window['pads'] {
  const auto = textAttribute(node, 'auto_pad', 'NOTSET')
  if (auto === 'VALID') return [0, 0, 0, 0]
  if (auto === 'NOTSET') {
    const pads = listAttribute(node, 'pads') ?? [0, 0, 0, 0]
    if (pads.length !== 4 || !pads.every((pad) => pad >= 0)) throw operatorFault(node, 'pads')
    return [at(pads, 0), at(pads, 1), at(pads, 2), at(pads, 3)]
  }
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') throw operatorFault(node, `auto_pad ${auto}`)
  const split = (axis: 0 | 1): Pair => {
    const steps = Math.ceil(input[axis] / strides[axis])
    const total = Math.max((steps - 1) * strides[axis] + spans[axis] - input[axis], 0)
    const half = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2)
    return [half, total - half]
  }
  const [top, bottom] = split(0)
  const [left, right] = split(1)
  return [top, left, bottom, right]
}

function pair(node: FloatNode, name: string): Pair {
  const values = listAttribute(node, name) ?? [1, 1]
  if (!isPair(values) || !values.every((value) => value >= 1)) throw operatorFault(node, name)
  return values
}

function isPair(values: readonly number[]): values is Pair {
  return values.length === 2
}
