import { limits } from '../limits.ts'
import type { Field, Schema } from './wire.ts'

// Only what stands here is read. What ONNX has beside it is refused as an unknown field: functions,
// training, sparse tensors, subgraphs, quantisation annotations, symbolic dimensions, denotations,
// float attributes, segments, strings and floats in tensors.

export const modelSchema = {
  1: integer('ir_version'),
  2: bytes('producer_name'),
  3: bytes('producer_version'),
  4: bytes('domain'),
  5: integer('model_version'),
  6: bytes('doc_string'),
  7: bytes('graph'),
  8: bytes('opset_import'),
  14: bytes('metadata_props', limits.metadata.value),
} as const satisfies Schema

export const operatorSetSchema = {
  1: bytes('domain'),
  2: integer('version'),
} as const satisfies Schema

export const graphSchema = {
  1: bytes('node', limits.nodes.value),
  2: bytes('name'),
  5: bytes('initializer', limits.initializers.value),
  10: bytes('doc_string'),
  11: bytes('input', limits.graphValues.value),
  12: bytes('output', limits.graphValues.value),
  13: bytes('value_info', limits.nodes.value + limits.initializers.value),
} as const satisfies Schema

export const nodeSchema = {
  1: bytes('input', limits.nodeValues.value),
  2: bytes('output', limits.nodeValues.value),
  3: bytes('name'),
  4: bytes('op_type'),
  5: bytes('attribute', limits.nodeAttributes.value),
  6: bytes('doc_string'),
  7: bytes('domain'),
} as const satisfies Schema

export const attributeSchema = {
  1: bytes('name'),
  3: integer('i'),
  4: bytes('s'),
  5: bytes('t'),
  8: integer('ints', limits.attributeIntegers.value),
  13: bytes('doc_string'),
  20: integer('type'),
} as const satisfies Schema

export const tensorSchema = {
  1: integer('dims', limits.rank.value),
  2: integer('data_type'),
  5: bytes('int32_data'),
  7: bytes('int64_data'),
  8: bytes('name'),
  9: bytes('raw_data'),
  11: bytes('uint64_data'),
  12: bytes('doc_string'),
  13: bytes('external_data'),
  14: integer('data_location'),
} as const satisfies Schema

export const valueInfoSchema = {
  1: bytes('name'),
  2: bytes('type'),
  3: bytes('doc_string'),
} as const satisfies Schema

export const typeSchema = { 1: bytes('tensor_type') } as const satisfies Schema

export const tensorTypeSchema = {
  1: integer('elem_type'),
  2: bytes('shape'),
} as const satisfies Schema

export const shapeSchema = { 1: bytes('dim', limits.rank.value) } as const satisfies Schema

export const dimensionSchema = { 1: integer('dim_value') } as const satisfies Schema

export const entrySchema = { 1: bytes('key'), 2: bytes('value') } as const satisfies Schema

function integer(name: string, most?: number): Field {
  return most === undefined ? { name, kind: 'integer' } : { name, kind: 'integer', most }
}

function bytes(name: string, most?: number): Field {
  return most === undefined ? { name, kind: 'bytes' } : { name, kind: 'bytes', most }
}
