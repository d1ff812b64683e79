import { concat, empty, utf8 } from '#base'

import type { ElementType, Tensor } from '../types.ts'
import { bytesOf, dataTypes } from './types.ts'

/** What pars-int-1 refuses, but a model before quantisation has. */
export type FloatType = 'float' | 'double'

export interface TensorSpec {
  readonly type: ElementType | FloatType
  readonly shape: readonly number[]
  readonly data: Tensor['data'] | Float32Array | Float64Array
}

/** Integers as number or bigint, INTS as an array; everything else says what it is. */
export type AttributeSpec =
  | number
  | bigint
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: TensorSpec }

export interface NodeSpec {
  readonly operator: string
  readonly name?: string
  /** `''` leaves an optional input out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeSpec>>
}

export interface ValueSpec {
  readonly name: string
  readonly type: ElementType | FloatType
  readonly shape: readonly number[]
}

/** Data, or the root of data that is outside the model. */
export type InitializerSpec = ValueSpec &
  ({ readonly data: TensorSpec['data'] } | { readonly root: string })

export interface ModelSpec {
  readonly name?: string
  readonly opset: number
  /** @default 8 */
  readonly irVersion?: number
  readonly inputs: readonly ValueSpec[]
  readonly outputs: readonly ValueSpec[]
  readonly initializers?: readonly InitializerSpec[]
  readonly nodes: readonly NodeSpec[]
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The bytes of a ModelProto. The same specification gives the same bytes.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export function writeModel(model: ModelSpec): Uint8Array {
  const metadata = Object.entries(model.metadata ?? {})
  return concat(
    integer(1, model.irVersion ?? 8),
    message(7, graph(model)),
    message(8, text(1, ''), integer(2, model.opset)),
    ...metadata.map(([key, value]) => message(14, text(1, key), text(2, value))),
  )
}

/** The bytes of a TensorProto, as test data of ONNX has them. */
export function writeTensor(tensor: TensorSpec, name?: string): Uint8Array {
  return concat(
    ...tensor.shape.map((dimension) => integer(1, dimension)),
    integer(2, typeNumber(tensor.type)),
    name === undefined ? empty : text(8, name),
    message(9, bytesOf(tensor.data)),
  )
}

function graph(model: ModelSpec): Uint8Array {
  return concat(
    ...model.nodes.map((node) => message(1, writeNode(node))),
    text(2, model.name ?? 'graph'),
    ...(model.initializers ?? []).map((item) => message(5, initializer(item))),
    ...model.inputs.map((value) => message(11, valueInfo(value))),
    ...model.outputs.map((value) => message(12, valueInfo(value))),
  )
}

function writeNode(node: NodeSpec): Uint8Array {
  const attributes = Object.entries(node.attributes ?? {})
  return concat(
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    node.name === undefined ? empty : text(3, node.name),
    text(4, node.operator),
    ...attributes.map(([name, value]) => message(5, text(1, name), attribute(value))),
  )
}

function attribute(value: AttributeSpec): Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return concat(integer(3, value), integer(20, 2))
  }
  if (typeof value === 'string') return concat(text(4, value), integer(20, 3))
  if ('float' in value) return concat(float(2, value.float), integer(20, 1))
  if ('floats' in value) {
    return concat(...value.floats.map((item) => float(7, item)), integer(20, 6))
  }
  if ('tensor' in value) return concat(message(5, writeTensor(value.tensor)), integer(20, 4))
  return concat(...value.map((item) => integer(8, item)), integer(20, 7))
}

function initializer(item: InitializerSpec): Uint8Array {
  if ('data' in item) return writeTensor(item, item.name)
  return concat(
    ...item.shape.map((dimension) => integer(1, dimension)),
    integer(2, typeNumber(item.type)),
    text(8, item.name),
    message(13, text(1, 'location'), text(2, item.root)),
    integer(14, 1),
  )
}

function valueInfo({ name, type, shape }: ValueSpec): Uint8Array {
  const dimensions = shape.map((dimension) => message(1, integer(1, dimension)))
  const tensor = message(1, integer(1, typeNumber(type)), message(2, ...dimensions))
  return concat(text(1, name), message(2, tensor))
}

function typeNumber(type: ElementType | FloatType): number {
  if (type === 'float') return 1
  return type === 'double' ? 11 : dataTypes[type]
}

function integer(field: number, value: number | bigint): Uint8Array {
  return concat(varint(field * 8), varint(BigInt.asUintN(64, BigInt(value))))
}

function text(field: number, value: string): Uint8Array {
  return message(field, utf8(value))
}

function float(field: number, value: number): Uint8Array {
  return concat(varint(field * 8 + 5), bytesOf(new Float32Array([value])))
}

function message(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts)
  return concat(varint(field * 8 + 2), varint(body.length), body)
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
