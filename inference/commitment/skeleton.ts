import { compile } from '../graph/compile.ts'
import { claimLimits } from '../limits.ts'
import { type Attribute, type ModelProto, readModel } from '../onnx/model.ts'
import { bytesOf, widths } from '../onnx/types.ts'
import { type AttributeSpec, type InitializerSpec, writeModel } from '../onnx/writer.ts'
import { sizeOf } from '../operators/shape.ts'
import type { Constant, Program } from '../types.ts'
import { layoutsOf } from './layout.ts'
import { weightsRoot } from './weights.ts'

export interface SplitModel {
  /** The model with roots in place of large weights. */
  readonly skeleton: Uint8Array
  /** Data by root, in hexadecimal: little-endian and row-major, as ONNX has it. */
  readonly weights: ReadonlyMap<string, Uint8Array>
}

/**
 * Takes large weights out of a model. Small constants stay, and those that an operator needs to know
 * when the model is compiled.
 *
 * @param threshold Bytes from which on a constant is large.
 * @throws `INFERENCE_MODEL`, also when the model is none without what the weights say.
 */
export function splitModel(model: Uint8Array, threshold: number): SplitModel {
  const program = compile(model, { limits: { ...claimLimits, modelBytes: model.length } })
  const proto = readModel(model, false)
  const layouts = layoutsOf(program)
  const roots = new Map<string, string>()
  const weights = new Map<string, Uint8Array>()
  for (const { index, name, tensor } of movable(program, proto, threshold)) {
    const layout = layouts[index]
    if (tensor === undefined || layout === undefined) continue
    const root = weightsRoot(tensor, layout).toHex()
    roots.set(name, root)
    weights.set(root, bytesOf(tensor.data))
  }
  const skeleton = rewrite(proto, roots)
  // What is known of data can be what lets an operator in: an index into a table, for one.
  compile(skeleton, { limits: claimLimits, external: true })
  return { skeleton, weights }
}

/** Inputs of operators whose data plays no part in compilation. */
const dataInputs: ReadonlyMap<string, number> = new Map([
  ['MatMulInteger', 2],
  ['ConvInteger', 2],
  ['Gather', 1],
  ['Add', 2],
  ['Sub', 2],
  ['Mul', 2],
])

function movable(program: Program, { graph }: ModelProto, threshold: number): readonly Constant[] {
  const names = new Set(Array.from(graph.initializers, ({ name }) => name))
  return program.constants.filter(({ index, name, type, shape }) => {
    if (!names.has(name) || sizeOf(shape) * widths[type] < threshold) return false
    return program.nodes.every(({ operator, inputs }) =>
      inputs.every((value, place) => value !== index || place < (dataInputs.get(operator) ?? 0)),
    )
  })
}

function rewrite(
  { opset, graph, metadata }: ModelProto,
  roots: ReadonlyMap<string, string>,
): Uint8Array {
  return writeModel({
    opset,
    inputs: graph.inputs,
    outputs: graph.outputs,
    nodes: Array.from(graph.nodes, ({ attributes, ...node }) => ({
      ...node,
      attributes: Object.fromEntries(
        Array.from(attributes, ([name, value]) => [name, attributeSpec(value)]),
      ),
    })),
    initializers: Array.from(graph.initializers, (initializer): InitializerSpec => {
      const { name, type, shape, tensor, root } = initializer
      const location = roots.get(name) ?? root
      if (location !== undefined) return { name, type, shape, root: location }
      return { name, type, shape, data: tensor?.data ?? new Uint8Array(0) }
    }),
    metadata: Object.fromEntries(metadata),
  })
}

function attributeSpec(value: Attribute): AttributeSpec {
  if (typeof value === 'bigint' || typeof value === 'string') return value
  if ('data' in value) return { tensor: value }
  // Lists say "to the end" by numbers that have no exact double; no dimension is as large.
  return value.map((item) => Math.max(-exact, Math.min(Number(item), exact)))
}

const exact = Number.MAX_SAFE_INTEGER
