import { newData, widths } from '../onnx/types.ts'
import type { Element, ElementType, Tensor, TensorData } from '../types.ts'
import { type Shape, sizeOf, stretchedStrides, stridesOf } from './shape.ts'
import { copyStrided } from './strided.ts'

/** Elements below 64 bits, as loops read them: few kinds of arrays keep the loops fast. */
export type Lanes = Int32Array | Float64Array

export type BigLanes = BigInt64Array | BigUint64Array

export function isBig(type: ElementType): boolean {
  return widths[type] === 8
}

/** The type's bits of an integer: what an array of the type would keep of it. */
export function wrap(type: ElementType, value: Element): Element {
  const integer = typeof value === 'bigint' ? value : BigInt(value)
  const bits = widths[type] * 8
  const wrapped = signedTypes.has(type)
    ? BigInt.asIntN(bits, integer)
    : BigInt.asUintN(bits, integer)
  return bits === 64 ? wrapped : Number(wrapped)
}

const signedTypes: ReadonlySet<ElementType> = new Set(['int8', 'int16', 'int32', 'int64'])

/** The tensor stretched to `shape`; the same array where it has that shape already. */
export function stretch(tensor: Tensor, shape: Shape): TensorData {
  const size = sizeOf(shape)
  if (tensor.data.length === size) return tensor.data
  const data = newData(tensor.type, size)
  copyStrided(
    { data, offset: 0, strides: stridesOf(shape) },
    { data: tensor.data, offset: 0, strides: stretchedStrides(tensor.shape, shape) },
    shape,
  )
  return data
}

/** `data` below 64 bits. */
export function lanesOf(data: TensorData): Lanes {
  if (data instanceof Int32Array) return data
  const values = data as Exclude<TensorData, BigLanes>
  return data instanceof Uint32Array ? new Float64Array(values) : new Int32Array(values)
}

/** `data` below 64 bits, where only the low 32 bits matter. */
export function bitsOf(data: TensorData): Lanes {
  if (!(data instanceof Uint32Array)) return lanesOf(data)
  return new Int32Array(data.buffer, data.byteOffset, data.length)
}

export function bigLanesOf(data: TensorData): BigLanes {
  return data as BigLanes
}

/** The type's bits of `lanes`. The type has less than 64 bits; `lanes` must not be used again. */
export function fromLanes(type: ElementType, lanes: Int32Array): TensorData {
  if (type === 'int32') return lanes
  if (type === 'uint32') return new Uint32Array(lanes.buffer, lanes.byteOffset, lanes.length)
  const data = newData(type, lanes.length) as Exclude<TensorData, BigLanes>
  data.set(lanes)
  return data
}
