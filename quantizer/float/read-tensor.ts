import { modelFault } from '../faults.ts'
import { limits } from '../limits.ts'
import { type FloatTensor, sizeOf } from './tensor.ts'
import { bytesOf, type Field, fieldsOf, floatsOf, integersOf, textOf } from './wire.ts'

/** How an element of each TensorProto.DataType stands in raw_data. */
const raw: Readonly<
  Record<number, readonly [width: number, read: (view: DataView, offset: number) => number]>
> = {
  1: [4, (view, offset) => view.getFloat32(offset, true)],
  2: [1, (view, offset) => view.getUint8(offset)],
  3: [1, (view, offset) => view.getInt8(offset)],
  4: [2, (view, offset) => view.getUint16(offset, true)],
  5: [2, (view, offset) => view.getInt16(offset, true)],
  6: [4, (view, offset) => view.getInt32(offset, true)],
  7: [8, (view, offset) => Number(view.getBigInt64(offset, true))],
  11: [8, (view, offset) => view.getFloat64(offset, true)],
  12: [4, (view, offset) => view.getUint32(offset, true)],
  13: [8, (view, offset) => Number(view.getBigUint64(offset, true))],
}

/** A TensorProto whose elements are all finite. Throws `QUANTIZER_MODEL`. */
export function readTensor(
  bytes: Uint8Array,
  depth: number,
): { readonly name: string; readonly tensor: FloatTensor } {
  const fields = fieldsOf(bytes, depth)
  const name = fields.filter((field) => field.number === 8).map(textOf)[0] ?? ''
  if (fields.some((field) => field.number === 13)) throw modelFault(`${name} is outside the file`)
  const shape = fields.filter((field) => field.number === 1).flatMap(integersOf)
  if (shape.length > limits.rank.value) throw modelFault(`${name} has rank ${shape.length}`)
  const size = sizeOf(shape)
  if (shape.some((dimension) => dimension < 0) || size > limits.elements.value) {
    throw modelFault(`${name} has shape [${shape.join(', ')}]`)
  }
  const data = elements(fields, name)
  if (data.length !== size) throw modelFault(`${name} has ${data.length} elements, not ${size}`)
  if (!data.every(Number.isFinite)) throw modelFault(`${name} has an element that is not finite`)
  return { name, tensor: { shape, data } }
}

function elements(fields: readonly Field[], name: string): Float64Array {
  const type = fields.filter((field) => field.number === 2).flatMap(integersOf)[0] ?? 0
  const layout = raw[type]
  if (layout === undefined) throw modelFault(`${name} has element type ${type}`)
  const inline = fields.find((field) => field.number === 9)
  if (inline !== undefined) {
    const [width, read] = layout
    const bytes = bytesOf(inline)
    if (bytes.length % width !== 0) throw modelFault(`${name} has a broken element`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const data = new Float64Array(bytes.length / width)
    for (let index = 0; index < data.length; index++) data[index] = read(view, index * width)
    return data
  }
  if (type === 1) return typed(fields, 4, (field) => floatsOf(field, 4))
  if (type === 11) return typed(fields, 10, (field) => floatsOf(field, 8))
  if (type === 7) return typed(fields, 7, integersOf)
  return typed(fields, type === 12 || type === 13 ? 11 : 5, integersOf)
}

function typed(
  fields: readonly Field[],
  number: number,
  read: (field: Field) => readonly number[],
): Float64Array {
  return Float64Array.from(fields.filter((field) => field.number === number).flatMap(read))
}
