import { refuse } from '../faults.ts'
import type { Tensor, TensorType } from '../types.ts'
import {
  attributeSchema,
  dimensionSchema,
  entrySchema,
  graphSchema,
  modelSchema,
  nodeSchema,
  operatorSetSchema,
  shapeSchema,
  tensorTypeSchema,
  typeSchema,
  valueInfoSchema,
} from './schema.ts'
import { readShape, readTensor, readType, type TensorProto } from './tensor.ts'
import { readEntry, readName } from './text.ts'
import { type Message, readMessage } from './wire.ts'

export interface ModelProto {
  readonly opset: number
  readonly graph: GraphProto
  readonly metadata: ReadonlyMap<string, string>
}

/** Nodes, initializers and values are read one by one, when they are come to. */
interface GraphProto {
  readonly nodes: Iterable<NodeProto>
  readonly initializers: Iterable<TensorProto>
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** What the model says about values between. */
  readonly values: Iterable<ValueInfo>
}

export interface NodeProto {
  readonly name: string
  readonly operator: string
  /** `''` where an optional one is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, Attribute>
}

export type Attribute = bigint | string | readonly bigint[] | Tensor

export interface ValueInfo extends TensorType {
  readonly name: string
}

/** Versions of the operators' semantics that are known here. */
const opsets = { lowest: 7, highest: 21 } as const

const irVersions = { lowest: 3n, highest: 12n } as const

/**
 * Reads a ModelProto strictly: what is not known is refused.
 *
 * @param external Whether initializers may name data outside the model by its root.
 * @see https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
export function readModel(bytes: Uint8Array, external: boolean): ModelProto {
  const model = readMessage(bytes, modelSchema, 'model')
  const irVersion = model.integer(1)
  if (irVersion === undefined) return refuse('field-missing', 'model.ir_version')
  if (irVersion < irVersions.lowest || irVersion > irVersions.highest) {
    return refuse('ir-version', 'model.ir_version', `3 to 12, it is ${irVersion}`)
  }
  if ((model.bytes(4)?.length ?? 0) > 0) return refuse('domain', 'model.domain')
  const opset = readOpset(model)
  const graph = model.bytes(7)
  if (graph === undefined) return refuse('field-missing', 'model.graph')
  return { opset, metadata: readMetadata(model), graph: readGraph(graph, external) }
}

function readOpset(model: Message): number {
  const bytes = model.bytes(8)
  if (bytes === undefined) return refuse('field-missing', 'model.opset_import')
  const set = readMessage(bytes, operatorSetSchema, 'opset_import')
  if ((set.bytes(1)?.length ?? 0) > 0) return refuse('domain', 'opset_import.domain')
  const version = set.integer(2) ?? 0n
  if (version < opsets.lowest || version > opsets.highest) {
    return refuse(
      'opset',
      'opset_import',
      `${opsets.lowest} to ${opsets.highest}, it is ${version}`,
    )
  }
  return Number(version)
}

function readMetadata(model: Message): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  for (const bytes of model.list(14)) {
    const [key, value] = readEntry(readMessage(bytes, entrySchema, 'metadata_props'))
    if (key === '') refuse('name', 'metadata_props')
    if (metadata.has(key)) refuse('duplicate', `metadata_props.${key}`)
    metadata.set(key, value)
  }
  return metadata
}

function readGraph(bytes: Uint8Array, external: boolean): GraphProto {
  const graph = readMessage(bytes, graphSchema, 'graph')
  return {
    nodes: lazily(graph.list(1), (node, index) => readNode(node, `node ${index}`)),
    initializers: lazily(graph.list(5), (tensor, index) => {
      return readTensor(tensor, `initializer ${index}`, external)
    }),
    inputs: graph.list(11).map((value, index) => readValueInfo(value, `input ${index}`)),
    outputs: graph.list(12).map((value, index) => readValueInfo(value, `output ${index}`)),
    values: lazily(graph.list(13), (value, index) => readValueInfo(value, `value_info ${index}`)),
  }
}

function lazily<Item>(
  list: readonly Uint8Array[],
  read: (bytes: Uint8Array, index: number) => Item,
): Iterable<Item> {
  return {
    *[Symbol.iterator]() {
      for (const [index, bytes] of list.entries()) yield read(bytes, index)
    },
  }
}

function readNode(bytes: Uint8Array, at: string): NodeProto {
  const node = readMessage(bytes, nodeSchema, at)
  if ((node.bytes(7)?.length ?? 0) > 0) return refuse('domain', `${at}.domain`)
  const operator = readName(node.bytes(4), at)
  const attributes = new Map<string, Attribute>()
  for (const item of node.list(5)) {
    const attribute = readMessage(item, attributeSchema, `${at} ${operator}.attribute`)
    const name = readName(attribute.bytes(1), attribute.at)
    if (name === '') refuse('name', attribute.at)
    if (attributes.has(name)) refuse('duplicate', `${at} ${operator}.${name}`)
    attributes.set(name, readAttribute(attribute, `${at} ${operator}.${name}`))
  }
  return {
    name: readName(node.bytes(3), at),
    operator,
    inputs: node.list(1).map((name) => readName(name, at)),
    outputs: node.list(2).map((name) => readName(name, at)),
    attributes,
  }
}

/** AttributeProto.AttributeType, and the field that belongs to it. */
const attributeFields = new Map([
  [2n, 3],
  [3n, 4],
  [4n, 5],
  [7n, 8],
])

function readAttribute(attribute: Message, at: string): Attribute {
  const field = attributeFields.get(attribute.integer(20) ?? 0n)
  if (field === undefined) return refuse('attribute', at, 'INT, INTS, STRING or TENSOR')
  for (const other of attributeFields.values()) {
    const isPresent = attribute.integers(other).length + attribute.list(other).length > 0
    if (other !== field && isPresent) refuse('attribute', at)
  }
  if (field === 3) return BigInt.asIntN(64, attribute.integer(3) ?? 0n)
  if (field === 4) return readName(attribute.bytes(4), at)
  if (field === 8) return attribute.integers(8).map((value) => BigInt.asIntN(64, value))
  const tensor = attribute.bytes(5)
  if (tensor === undefined) return refuse('attribute', at)
  return readTensor(tensor, at).tensor ?? refuse('external', at)
}

function readValueInfo(bytes: Uint8Array, at: string): ValueInfo {
  const info = readMessage(bytes, valueInfoSchema, at)
  const name = readName(info.bytes(1), at)
  const type = required(info.bytes(2), at)
  const tensor = required(readMessage(type, typeSchema, at).bytes(1), at)
  const tensorType = readMessage(tensor, tensorTypeSchema, at)
  const shape = required(tensorType.bytes(2), at)
  const dimensions = readMessage(shape, shapeSchema, at)
    .list(1)
    .map((dimension) => readMessage(dimension, dimensionSchema, at).integer(1) ?? 0n)
  return { name, type: readType(tensorType.integer(1), at), shape: readShape(dimensions, at) }
}

function required(bytes: Uint8Array | undefined, at: string): Uint8Array {
  return bytes ?? refuse('field-missing', at)
}
