import type { ElementType, TensorData } from '../types.ts'

/** TensorProto.DataType of each element type. */
export const dataTypes: Readonly<Record<ElementType, number>> = {
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  uint32: 12,
  uint64: 13,
}

const byNumber = new Map(
  Object.entries(dataTypes).map(([type, number]) => [number, type as ElementType]),
)

export function elementType(dataType: number): ElementType | undefined {
  return byNumber.get(dataType)
}

/** Bytes of one element. */
export const widths: Readonly<Record<ElementType, 1 | 2 | 4 | 8>> = {
  int8: 1,
  uint8: 1,
  bool: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
}

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const

export function newData(type: ElementType, size: number): TensorData {
  return new arrays[type](size)
}

/** @param bytes Little-endian, a multiple of the width. They are copied. */
export function dataOf(type: ElementType, bytes: Uint8Array): TensorData {
  const width = widths[type]
  // Small arrays are cheap as long as nobody asks for their buffer.
  if (width === 1) {
    const data = type === 'int8' ? new Int8Array(bytes.length) : new Uint8Array(bytes.length)
    data.set(bytes)
    return data
  }
  const copy = new Uint8Array(bytes)
  if (!isLittleEndian) swap(copy, width)
  return new arrays[type](copy.buffer, 0, copy.length / width)
}

/** Little-endian; a copy. */
export function bytesOf(
  data: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
): Uint8Array {
  const copy = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  if (!isLittleEndian) swap(copy, data.BYTES_PER_ELEMENT)
  return copy
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

function swap(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse()
}
