import { refuse } from '../faults.ts'
import { limits } from '../limits.ts'
import type { ElementType, Tensor, TensorData, TensorType } from '../types.ts'
import { entrySchema, tensorSchema } from './schema.ts'
import { readEntry, readName } from './text.ts'
import { dataOf, elementType, newData, widths } from './types.ts'
import { Cursor, type Message, readMessage } from './wire.ts'

/** A TensorProto: its data, or the root of data that is outside the model. */
export interface TensorProto extends TensorType {
  readonly name: string
  readonly tensor: Tensor | undefined
  readonly root: string | undefined
}

/** @param external Whether data may be outside the model, named by its root. */
export function readTensor(bytes: Uint8Array, at: string, external = false): TensorProto {
  const message = readMessage(bytes, tensorSchema, at)
  const name = readName(message.bytes(8), at)
  const where = name === '' ? at : name
  const type = readType(message.integer(2), where)
  const shape = readShape(message.integers(1), where)
  const location = message.integer(14) ?? 0n
  if (location === 0n) {
    if (message.bytes(13) !== undefined) return refuse('external', where)
    return {
      name,
      type,
      shape,
      tensor: { type, shape, data: read(message, type, shape, where) },
      root: undefined,
    }
  }
  if (location !== 1n || !external) return refuse('external', where)
  if (dataFields.some((field) => message.bytes(field) !== undefined)) return refuse('data', where)
  return { name, type, shape, tensor: undefined, root: readRoot(message, where) }
}

export function readType(dataType: bigint | undefined, at: string): ElementType {
  if (dataType === undefined) return refuse('field-missing', at)
  return elementType(Number(dataType)) ?? refuse('type', at, 'only integers and bool')
}

/** Dimensions from 1 up, few enough, with a product that is within limits. */
export function readShape(dimensions: readonly bigint[], at: string): readonly number[] {
  const shape = dimensions.map((dimension) => {
    if (dimension < 1n || dimension > limits.dimension.value) return refuse('shape', at)
    return Number(dimension)
  })
  countElements(shape, at)
  return shape
}

/** The product of the dimensions. Refuses what is above the limits. */
export function countElements(shape: readonly number[], at: string): number {
  if (shape.length > limits.rank.value) refuse('rank', at)
  let count = 1
  for (const dimension of shape) {
    count *= dimension
    if (count > limits.tensorElements.value) refuse('elements', at)
  }
  return count
}

const dataFields = [5, 7, 9, 11] as const

function read(
  message: Message,
  type: ElementType,
  shape: readonly number[],
  at: string,
): TensorData {
  const count = countElements(shape, at)
  const present = dataFields.filter((field) => message.bytes(field) !== undefined)
  const [field] = present
  if (field === undefined || present.length > 1) return refuse('data', at)
  const bytes = message.bytes(field) ?? refuse('data', at)
  if (field === 9) return fromRaw(type, count, bytes, at)
  if (field !== typedField(type)) return refuse('data', at)
  return fromVarints(type, count, bytes, at)
}

/** Exactly `count` elements, as a packed list. */
function fromVarints(type: ElementType, count: number, bytes: Uint8Array, at: string): TensorData {
  if (count > bytes.length) return refuse('data', at)
  const data = newData(type, count)
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array
  const cursor = new Cursor(bytes, at)
  for (let index = 0; index < count; index++) {
    const small = isBig ? undefined : cursor.small()
    if (small === undefined) place(data, index, cursor.varint(), type, at)
    else {
      data[index] = small
      if (data[index] !== small || (type === 'bool' && small > 1)) refuse('data', at)
    }
  }
  return cursor.isAtEnd ? data : refuse('data', at)
}

/** Exactly `count` elements, little-endian. */
function fromRaw(type: ElementType, count: number, bytes: Uint8Array, at: string): TensorData {
  if (bytes.length !== count * widths[type]) return refuse('data', at)
  if (type === 'bool' && !bytes.every((byte) => byte < 2)) return refuse('data', at)
  return dataOf(type, bytes)
}

function typedField(type: ElementType): number {
  if (type === 'int64') return 7
  return type === 'uint32' || type === 'uint64' ? 11 : 5
}

function place(
  data: TensorData,
  index: number,
  value: bigint,
  type: ElementType,
  at: string,
): void {
  if (data instanceof BigUint64Array) data[index] = value
  else if (data instanceof BigInt64Array) data[index] = BigInt.asIntN(64, value)
  else {
    const number = Number(BigInt.asIntN(64, value))
    data[index] = number
    if (data[index] !== number || (type === 'bool' && number > 1)) refuse('data', at)
  }
}

function readRoot(message: Message, at: string): string {
  const entry = message.bytes(13)
  if (entry === undefined) return refuse('external', at)
  const [key, root] = readEntry(readMessage(entry, entrySchema, at))
  if (key !== 'location' || !/^[0-9a-f]{64}$/.test(root)) return refuse('external', at)
  return root
}
