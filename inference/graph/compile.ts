import { refuse } from '../faults.ts'
import { inferLimits, type ModelLimits } from '../limits.ts'
import { type Attribute, type NodeProto, readModel, type ValueInfo } from '../onnx/model.ts'
import { readShape, type TensorProto } from '../onnx/tensor.ts'
import { widths } from '../onnx/types.ts'
import { NodeContext } from '../operators/context.ts'
import { operators } from '../operators/index.ts'
import { isWithin, rangeOf } from '../operators/interval.ts'
import type { Inference } from '../operators/operator.ts'
import { sizeOf } from '../operators/shape.ts'
import type { Node, Program, TensorType, Value } from '../types.ts'
import { costOf, demandWithin } from './cost.ts'
import { Values } from './values.ts'

export interface CompileOptions {
  /** @default inferLimits */
  readonly limits?: ModelLimits
  /**
   * Whether initializers may be named by the Merkle root of data outside the model: `data_location`
   * EXTERNAL with one entry, `location`, of 64 lower-case hexadecimal digits.
   */
  readonly external?: boolean
}

/**
 * The program of an ONNX model, or the fault INFERENCE_MODEL with what is wrong with it and where.
 * Reads within limits on everything, runs nothing, and answers the same everywhere.
 */
export function compile(model: Uint8Array, options: CompileOptions = {}): Program {
  const most = options.limits ?? inferLimits
  if (model.length > most.modelBytes) {
    refuse('length', 'model', `${model.length} bytes of at most ${most.modelBytes}`)
  }
  const { opset, graph, metadata } = readModel(model, options.external ?? false)
  const values = new Values()
  const inputs = graph.inputs.map((input) => values.input(input.name, input))
  for (const initializer of graph.initializers) values.constant(initializer)
  const nodes: Node[] = []
  for (const [index, proto] of graph.nodes.entries()) {
    const at = `node ${index} ${proto.operator}`
    if (proto.operator === 'Constant') values.constant(constantOf(proto, opset, at))
    else nodes.push(nodeOf(proto, opset, at, values, most))
  }
  const outputs = outputsOf(graph.outputs, values)
  for (const info of graph.values) demandAlike(values.named(info.name, 'value_info'), info)
  const program = {
    inputs,
    outputs,
    constants: values.constants,
    nodes,
    values: values.all,
    metadata,
  }
  const cost = costOf(program)
  demandWithin(cost, most)
  return { ...program, cost }
}

function nodeOf(
  proto: NodeProto,
  opset: number,
  at: string,
  values: Values,
  most: ModelLimits,
): Node {
  const operator = operators.get(proto.operator) ?? refuse('operator', at)
  const inputs = proto.inputs.map((name) => (name === '' ? undefined : values.named(name, at)))
  const context = new NodeContext({
    at,
    opset,
    inputs: inputs.map((value) => value && { ...value, tensor: values.tensor(value) }),
    outputs: proto.outputs.length,
    attributes: proto.attributes,
  })
  const inference = operator.infer(context)
  context.finish()
  let mayOverflow = false
  const outputs = inference.outputs.map((outcome, index) => {
    const range = rangeOf(outcome.type)
    const isSafe = isWithin(outcome, range)
    if (!isSafe) mayOverflow = true
    return values.put(proto.outputs[index] ?? '', outcome, isSafe ? outcome : range)
  })
  const cost = {
    macs: inference.macs ?? 0,
    elements: elementsOf(inference, [...inputs, ...outputs]),
  }
  demandWithin({ ...cost, peakBytes: 0 }, most)
  return {
    operator: proto.operator,
    name: proto.name,
    inputs: inputs.map((value) => value?.index),
    outputs: outputs.map(({ index }) => index),
    attributes: inference.attributes ?? {},
    mayOverflow,
    cost,
  }
}

function elementsOf(inference: Inference, values: readonly (Value | undefined)[]): number {
  const results = inference.outputs.reduce((all, { shape }) => all + sizeOf(shape), 0)
  const isWide = values.some((value) => value !== undefined && widths[value.type] === 8)
  return (inference.elements ?? results) * (isWide ? wideElement : 1)
}

/** What an element of 64 bits counts, beside one of fewer. */
const wideElement = 8

function constantOf(proto: NodeProto, opset: number, at: string): TensorProto {
  const [name, ...others] = proto.outputs
  if (proto.inputs.length > 0) return refuse('inputs', at)
  if (name === undefined || others.length > 0) return refuse('outputs', at)
  const [[key, value] = ['', ''], ...more] = [...proto.attributes]
  if (more.length > 0) return refuse('attribute', at)
  const tensor = tensorOf(key, value, opset) ?? refuse('attribute', `${at}.${key}`)
  return { name, type: tensor.type, shape: tensor.shape, tensor, root: undefined }
}

function tensorOf(key: string, value: Attribute, opset: number) {
  if (key === 'value') return typeof value === 'object' && 'data' in value ? value : undefined
  if (opset < 12) return undefined
  if (key === 'value_int' && typeof value === 'bigint') {
    return { type: 'int64', shape: [], data: BigInt64Array.of(value) } as const
  }
  if (key !== 'value_ints' || typeof value !== 'object' || 'data' in value) return undefined
  const shape = readShape([BigInt(value.length)], key)
  return { type: 'int64', shape, data: BigInt64Array.from(value) } as const
}

function outputsOf(infos: readonly ValueInfo[], values: Values): readonly Value[] {
  if (infos.length === 0) return refuse('outputs', 'graph')
  const outputs = infos.map((info) => {
    const value = values.named(info.name, 'output')
    demandAlike(value, info)
    return value
  })
  if (new Set(outputs).size < outputs.length) return refuse('duplicate', 'output')
  return outputs
}

/** What a model says of a value has to be what it is. */
function demandAlike(value: Value, { type, shape }: TensorType): void {
  if (value.type !== type) refuse('type', value.name, `it is ${value.type}`)
  if (String(value.shape) !== String(shape))
    refuse('shape', value.name, `it is [${String(value.shape)}]`)
}
