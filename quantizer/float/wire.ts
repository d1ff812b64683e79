import { modelFault } from '../faults.ts'
import { limits } from '../limits.ts'

/** A field of a protobuf message: a varint, or bytes; fixed-width fields are bytes of 4 or 8. */
export type Field =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes' | 'fixed'; readonly value: Uint8Array }

/**
 * The fields of one message, in order. Exporters write fields that the quantiser has no use for,
 * so whoever reads passes over what it does not know; nothing here is agreed on by a network.
 */
export function fieldsOf(bytes: Uint8Array, depth: number): readonly Field[] {
  if (depth > limits.nesting.value) throw modelFault('messages are nested too deeply')
  const fields: Field[] = []
  let offset = 0
  while (offset < bytes.length) {
    const [tag, afterTag] = varint(bytes, offset)
    const number = Number(tag >> 3n)
    offset = afterTag
    switch (Number(tag & 7n)) {
      case 0: {
        const [value, next] = varint(bytes, offset)
        fields.push({ number, kind: 'varint', value })
        offset = next
        break
      }
      case 1:
        fields.push({ number, kind: 'fixed', value: slice(bytes, offset, 8) })
        offset += 8
        break
      case 2: {
        const [length, start] = varint(bytes, offset)
        if (length > BigInt(bytes.length)) throw modelFault('the bytes end inside a field')
        fields.push({ number, kind: 'bytes', value: slice(bytes, start, Number(length)) })
        offset = start + Number(length)
        break
      }
      case 5:
        fields.push({ number, kind: 'fixed', value: slice(bytes, offset, 4) })
        offset += 4
        break
      default:
        throw modelFault('not a protobuf message')
    }
  }
  return fields
}

/** The integers of a varint field, single or packed. */
export function integersOf(field: Field): readonly number[] {
  if (field.kind === 'varint') return [signed(field.value)]
  const values: number[] = []
  let offset = 0
  while (offset < field.value.length) {
    const [value, next] = varint(field.value, offset)
    values.push(signed(value))
    offset = next
  }
  return values
}

/** The 32- or 64-bit floats of a field, single or packed. */
export function floatsOf(field: Field, width: 4 | 8): readonly number[] {
  if (field.kind === 'varint' || field.value.length % width !== 0) {
    throw modelFault('a field of floats has a wrong length')
  }
  const view = new DataView(field.value.buffer, field.value.byteOffset, field.value.length)
  return Array.from({ length: field.value.length / width }, (_, index) =>
    width === 4 ? view.getFloat32(index * 4, true) : view.getFloat64(index * 8, true),
  )
}

export function bytesOf(field: Field): Uint8Array {
  if (field.kind !== 'bytes') throw modelFault(`field ${field.number} has a wrong wire type`)
  return field.value
}

export function textOf(field: Field): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(field))
  } catch (error) {
    if (error instanceof TypeError) throw modelFault('a name is not UTF-8')
    throw error
  }
}

function signed(value: bigint): number {
  const integer = BigInt.asIntN(64, value)
  const number = Number(integer)
  // Exporters write "to the end" as the largest 64-bit integer.
  return Math.min(Math.max(number, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

function varint(bytes: Uint8Array, start: number): readonly [bigint, number] {
  let value = 0n
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) throw modelFault('the bytes end inside a field')
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return [value, start + index + 1]
  }
  throw modelFault('not a protobuf message')
}

function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > bytes.length) throw modelFault('the bytes end inside a field')
  return bytes.subarray(start, start + length)
}
