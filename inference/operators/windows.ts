import type { Attributes } from '../types.ts'
import { list } from './attributes.ts'
import type { NodeContext } from './context.ts'
import type { Shape } from './shape.ts'

/** Windows that move over the last dimensions, each list with one entry per dimension. */
export interface Windows {
  readonly kernel: Shape
  readonly strides: Shape
  readonly dilations: Shape
  /** What is added before, then what is added behind. */
  readonly pads: Shape
  /** How many windows there are. */
  readonly output: Shape
}

/**
 * Resolves the attributes of convolutions and pools.
 *
 * @param input The dimensions that the windows move over.
 */
export function windowsOf(
  context: NodeContext,
  input: Shape,
  kernel: Shape,
  dilated: boolean,
): Windows {
  const each = (name: string) => {
    const values = context.integers(name) ?? input.map(() => 1)
    const isWhole = values.length === input.length && values.every(isSize)
    return isWhole ? values : context.refuse('attribute', name)
  }
  const strides = each('strides')
  const dilations = dilated ? each('dilations') : input.map(() => 1)
  if (kernel.length !== input.length || !kernel.every(isSize))
    context.refuse('attribute', 'kernel_shape')
  const span = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1)
  const pads = padsOf(context, input, strides, span)
  const output = input.map((size, axis) => {
    const padded = size + (pads[axis] ?? 0) + (pads[axis + input.length] ?? 0)
    const count = Math.floor((padded - (span[axis] ?? 1)) / (strides[axis] ?? 1)) + 1
    return count < 1 ? context.refuse('shape', 'the window is larger than the input') : count
  })
  return { kernel, strides, dilations, pads, output }
}

/** What no dimension reaches is no size either; products of these stay exact. */
function isSize(value: number): boolean {
  return value >= 1 && value <= 65_535
}

function padsOf(context: NodeContext, input: Shape, strides: Shape, span: Shape): Shape {
  const mode = context.text('auto_pad', 'NOTSET')
  const given = context.integers('pads')
  if (mode === 'NOTSET') {
    const pads = given ?? [...input, ...input].map(() => 0)
    const isWhole =
      pads.length === input.length * 2 && pads.every((pad) => pad === 0 || isSize(pad))
    return isWhole ? pads : context.refuse('attribute', 'pads')
  }
  if (given !== undefined) context.refuse('attribute', 'pads beside auto_pad')
  if (mode === 'VALID') return [...input, ...input].map(() => 0)
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') context.refuse('attribute', 'auto_pad')
  const missing = input.map((size, axis) => {
    const stride = strides[axis] ?? 1
    const count = Math.ceil(size / stride)
    return Math.max((count - 1) * stride + (span[axis] ?? 1) - size, 0)
  })
  const less = missing.map((all) => Math.floor(all / 2))
  const more = missing.map((all) => Math.ceil(all / 2))
  return mode === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less]
}

export function toAttributes({ kernel, strides, dilations, pads }: Windows): Attributes {
  return { kernel, strides, dilations, pads }
}

/** The places of the input that window `index` covers along `axis`. */
export function covered(
  attributes: Attributes,
  axis: number,
  index: number,
  size: number,
): readonly { readonly tap: number; readonly place: number }[] {
  const [stride = 1, dilation = 1] = [
    list(attributes, 'strides')[axis],
    list(attributes, 'dilations')[axis],
  ]
  const first = index * stride - (list(attributes, 'pads')[axis] ?? 0)
  const taps: { tap: number; place: number }[] = []
  for (let tap = 0; tap < (list(attributes, 'kernel')[axis] ?? 1); tap++) {
    const place = first + tap * dilation
    if (place >= 0 && place < size) taps.push({ tap, place })
  }
  return taps
}
