/** What recipes for random graphs share: the types that operators take. */
import type { ElementType, ValueSpec } from '#inference'

import type { GraphBuilder } from './graph-builder.ts'

export type Recipe = (builder: GraphBuilder, name: string) => void

export const signed: readonly ElementType[] = ['int8', 'int16', 'int32', 'int64']
export const integers: readonly ElementType[] = [...signed, 'uint8', 'uint16', 'uint32', 'uint64']
export const all: readonly ElementType[] = [...integers, 'bool']
const without16: readonly ElementType[] = ['int8', 'uint8', 'int32', 'uint32', 'int64', 'uint64']
const common: readonly ElementType[] = ['int8', 'uint8', 'int32', 'int64']

/** The types that onnxruntime has, where it lacks some. */
const oracleTypes: Readonly<Record<string, readonly ElementType[]>> = {
  Max: without16,
  Min: without16,
  Clip: without16,
  Pad: [...without16, 'bool'],
  Relu: ['int8', 'int32'],
  Where: ['uint8', 'int32', 'int64'],
  ReduceSum: ['int32', 'int64'],
  ReduceMax: common,
  ReduceMin: common,
  ArgMax: common,
  ArgMin: common,
  TopK: ['int8', 'uint8', 'int16', 'int32', 'int64'],
  MaxPool: ['int8', 'uint8'],
}

export function typesOf(builder: GraphBuilder, name: string, types: readonly ElementType[]) {
  return builder.options.oracle ? (oracleTypes[name] ?? types) : types
}

export const bytes: readonly ElementType[] = ['int8', 'uint8']

export function typed(value: ValueSpec) {
  return { type: value.type as ElementType, shape: value.shape }
}
