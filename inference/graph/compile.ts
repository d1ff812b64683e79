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
import { Weighing } from '../operators/weighing.ts'
import type { Node, NodeCost, Program, TensorType, Value } from '../types.ts'
import { costOf, demandWithin, Totals } from './cost.ts'
import { Values } from './values.ts'

export interface CompileOptions {
  /** @default inferLimits */
  readonly limits?: ModelLimits
  /**
   * Whether initializers may be named by the Merkle root of data outside the model: `data_location`
   * EXTERNAL with one entry, `location`, of 64 lower-case hexadecimal digits.
   */
  readonly external?: boolean
  /**
   * Called with parts as {@link Cost} counts them, before what they are is looked into. What it throws is
   * passed on.
   */
  readonly charge?: (parts: number) => void
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
  const totals = new Totals(most, options.charge)
  // Each weight takes a byte at least.
  const weighing = new Weighing(model.length)
  const inputs = graph.inputs.map((input) => values.input(input.name, input))
  for (const initializer of graph.initializers) {
    totals.begin(1)
    values.constant(initializer)
  }
  const nodes: Node[] = []
  let index = 0
  for (const proto of graph.nodes) {
    const at = `node ${index++} ${proto.operator}`
    totals.begin(1 + proto.inputs.length + proto.outputs.length)
    if (proto.operator === 'Constant') {
      values.constant(constantOf(proto, opset, at))
      continue
    }
    const node = nodeOf(proto, opset, at, values, weighing)
    totals.add(node.cost)
    nodes.push(node)
  }
  const outputs = outputsOf(graph.outputs, values)
  demandInfos(graph.values, values)
  const program = {
    inputs,
    outputs,
    constants: values.constants,
    nodes,
    values: values.all,
    metadata,
  }
  const cost = costOf(program, totals)
  demandWithin(cost, most)
  return { ...program, cost }
}

function nodeOf(
  proto: NodeProto,
  opset: number,
  at: string,
  values: Values,
  weighing: Weighing,
): Node {
  const operator = operators.get(proto.operator) ?? refuse('operator', at)
  const inputs = proto.inputs.map((name) => (name === '' ? undefined : values.named(name, at)))
  const context = new NodeContext({
    at,
    opset,
    inputs: inputs.map((value) => value && { ...value, tensor: values.tensor(value) }),
    outputs: proto.outputs.length,
    attributes: proto.attributes,
    weighing,
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
  return {
    operator: proto.operator,
    name: proto.name,
    inputs: inputs.map((value) => value?.index),
    outputs: outputs.map(({ index }) => index),
    attributes: inference.attributes ?? {},
    mayOverflow,
    cost: nodeCost(inference, [...inputs, ...outputs]),
  }
}

function nodeCost(inference: Inference, values: readonly (Value | undefined)[]): NodeCost {
  const present = values.filter((value) => value !== undefined)
  const sizes = present.map(({ shape }) => sizeOf(shape))
  const results = inference.outputs.reduce((all, { shape }) => all + sizeOf(shape), 0)
  const isWide = present.some(({ type }) => widths[type] === 8)
  const lane = isWide || present.some(({ type }) => type === 'uint32') ? 8 : 4
  return {
    macs: inference.macs ?? 0,
    elements: (inference.elements ?? results) * (isWide ? wideElement : 1),
    workingBytes: inference.isDirect === true ? 0 : Math.max(...sizes) * lane * workingCopies,
  }
}

/** Lanes of two operands and of a result; and both operands stretched, which are no wider. */
const workingCopies = 4

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

/** About each value once. */
function demandInfos(infos: Iterable<ValueInfo>, values: Values): void {
  const named = new Set<string>()
  for (const info of infos) {
    if (named.has(info.name)) refuse('duplicate', 'value_info')
    named.add(info.name)
    demandAlike(values.named(info.name, 'value_info'), info)
  }
}

/** What a model says of a value has to be what it is. */
function demandAlike(value: Value, { type, shape }: TensorType): void {
  if (value.type !== type) refuse('type', value.name, `it is ${value.type}`)
  if (String(value.shape) !== String(shape))
    refuse('shape', value.name, `it is [${String(value.shape)}]`)
}
