import { isFault } from '#base'

import { inputFault, metadataFault, optionFault } from './faults.ts'
import { limits } from './limits.ts'

/** How the numbers of a tensor of the model stand for reals: real = scale · (number − zeroPoint). */
export interface Quantization {
  readonly type: 'int32' | 'uint16' | 'uint8'
  readonly shape: readonly number[]
  readonly scale: number
  readonly zeroPoint: number
}

export interface Metadata {
  readonly input: Quantization
  readonly output: Quantization
  /** What each class means. */
  readonly labels: readonly string[]
}

const widths = { int32: 4, uint16: 2, uint8: 1 } as const
const most = { int32: 2 ** 31 - 1, uint16: 2 ** 16 - 1, uint8: 255 } as const

/** As metadata_props of the model have it. */
export function writeMetadata({ input, output, labels }: Metadata): Record<string, string> {
  return {
    'pars.input': JSON.stringify(input),
    'pars.output': JSON.stringify(output),
    ...(labels.length === 0 ? {} : { 'pars.labels': JSON.stringify(labels) }),
  }
}

/** Of a model that `quantize` emitted: `compile(model).metadata`. Throws `QUANTIZER_METADATA`. */
export function readMetadata(properties: ReadonlyMap<string, string>): Metadata {
  const labels = parse(properties.get('pars.labels') ?? '[]')
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) {
    throw metadataFault('its labels are not texts')
  }
  return {
    input: readQuantization(properties, 'pars.input'),
    output: readQuantization(properties, 'pars.output'),
    labels,
  }
}

function readQuantization(properties: ReadonlyMap<string, string>, name: string): Quantization {
  const given = parse(properties.get(name) ?? 'null') as Partial<Quantization> | null
  const { type, shape, scale, zeroPoint } = given ?? {}
  const isType = type === 'uint8' || type === 'uint16' || type === 'int32'
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size))
  const isScale = typeof scale === 'number' && Number.isFinite(scale) && scale > 0
  if (!isType || !isShape || !isScale || !Number.isSafeInteger(zeroPoint)) {
    throw metadataFault(`it does not say how its ${name.slice(5)} stands for numbers`)
  }
  return { type, shape: shape as readonly number[], scale, zeroPoint: zeroPoint as number }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError && !isFault(error)) throw metadataFault('it is not JSON')
    throw error
  }
}

export function checkLabels(labels: readonly string[]): void {
  if (labels.length > limits.labels.value) {
    throw optionFault(`more than ${limits.labels.value} labels`)
  }
  if (labels.some((label) => new TextEncoder().encode(label).length > limits.labelBytes.value)) {
    throw optionFault(`a label of more than ${limits.labelBytes.value} bytes`)
  }
}

/** The bytes that the model takes for `values`. Values outside its range stand at the range's end. */
export function quantizeInput(values: ArrayLike<number>, input: Quantization): Uint8Array {
  const size = input.shape.reduce((all, dimension) => all * dimension, 1)
  if (values.length !== size) throw inputFault(`${values.length} values, not ${size}`)
  const width = widths[input.type]
  const bytes = new Uint8Array(size * width)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < size; index++) {
    const value = values[index] ?? NaN
    if (!Number.isFinite(value)) throw inputFault(`value ${index} is not finite`)
    const code = Math.floor(value / input.scale + 0.5) + input.zeroPoint
    const held = Math.min(Math.max(code, 0), most[input.type])
    if (width === 1) view.setUint8(index, held)
    else if (width === 2) view.setUint16(index * 2, held, true)
    else view.setInt32(index * 4, held, true)
  }
  return bytes
}

/** What the bytes that the model answered stand for. */
export function dequantizeOutput(bytes: Uint8Array, output: Quantization): Float32Array {
  const width = widths[output.type]
  const size = output.shape.reduce((all, dimension) => all * dimension, 1)
  if (bytes.length !== size * width) throw inputFault(`${bytes.length} bytes, not ${size * width}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: size }, (_, index) => {
    if (width === 1) return output.scale * (view.getUint8(index) - output.zeroPoint)
    if (width === 2) return output.scale * (view.getUint16(index * 2, true) - output.zeroPoint)
    return output.scale * (view.getInt32(index * 4, true) - output.zeroPoint)
  })
}
