import { isFault } from '#base'
import { claimLimits, compile, type Program, writeModel } from '#inference'

import { type Accuracy, compare } from './accuracy.ts'
import { calibrate } from './calibrate.ts'
import { Activation, termOf } from './emit/activation.ts'
import { Emitter } from './emit/emitter.ts'
import { narrowOf } from './emit/format.ts'
import { inputFault, modelFault, operatorFault, optionFault, overflowFault } from './faults.ts'
import { type FloatModel, openFloatModel } from './float/evaluate.ts'
import type { FloatValue } from './float/graph.ts'
import { at } from './float/tensor.ts'
import { limits } from './limits.ts'
import type { Context, Lower } from './lower/context.ts'
import { elementwise } from './lower/elementwise.ts'
import { linear } from './lower/linear.ts'
import { movement } from './lower/movement.ts'
import { normalizing } from './lower/normalize.ts'
import { pooling } from './lower/pool.ts'
import { table } from './lower/table.ts'
import { checkLabels, type Metadata, type Quantization, writeMetadata } from './metadata.ts'

export interface QuantizeOptions {
  /**
   * What the model answers: its output with 16 bits of precision, with 8, or the index of the
   * largest element along the last dimension, of equal ones the first.
   *
   * @default 'int32'
   */
  readonly output?: 'class' | 'int32' | 'uint8'
  /** What each class means; written into the model. */
  readonly labels?: readonly string[]
  /**
   * Entries of the table that replaces GELU, sigmoid, tanh or erf, from 256 to 65,536.
   *
   * @default 1024
   */
  readonly tableSize?: number
}

export interface Quantized extends Metadata {
  /** The bytes of a pars-int-1 model with one input. */
  readonly model: Uint8Array
  readonly report: Report
}

export interface Report extends Accuracy {
  readonly bytes: number
  readonly nodes: number
  readonly macs: number
  /** What operators read or write one by one. */
  readonly elements: number
}

const operators: Readonly<Record<string, Lower>> = {
  ...elementwise,
  ...linear,
  ...movement,
  ...normalizing,
  ...pooling,
  Erf: table,
  Gelu: table,
  Sigmoid: table,
  Sqrt: table,
  Tanh: table,
}

/** Operators whose second input is a shape, lengths, axes or an exponent. */
const shaping: ReadonlySet<string> = new Set([
  'Pow',
  'ReduceMean',
  'Reshape',
  'Split',
  'Squeeze',
  'Unsqueeze',
])

const opset = 13

/**
 * A float ONNX model of one input and one output as a model of integers. The same model and samples
 * give the same bytes on every machine.
 *
 * @param calibration Samples of what the model will see; each is one array for each of its inputs.
 * Throws `QUANTIZER_MODEL`, `QUANTIZER_OPERATOR`, `QUANTIZER_CALIBRATION`, `QUANTIZER_INPUT`,
 * `QUANTIZER_OPTION`, `QUANTIZER_OVERFLOW`.
 */
export function quantize(
  model: Uint8Array,
  calibration: readonly (readonly Float32Array[])[],
  options: QuantizeOptions = {},
): Quantized {
  const tableSize = options.tableSize ?? 1_024
  if (!Number.isInteger(tableSize) || tableSize < 256 || tableSize > 65_536) {
    throw optionFault(`a table of ${tableSize} entries`)
  }
  const labels = options.labels ?? []
  checkLabels(labels)
  const form = options.output ?? 'int32'
  if (!['class', 'int32', 'uint8'].includes(form)) throw optionFault(`an output of ${form}`)
  const float = openFloatModel(model)
  const [input, ...more] = float.graph.inputs
  if (input === undefined || more.length > 0 || float.graph.outputs.length !== 1) {
    throw modelFault(`${float.graph.inputs.length} inputs, ${float.graph.outputs.length} outputs`)
  }
  const emitter = new Emitter()
  const activations = new Map<string, Activation>()
  const { graph, shapes } = float
  const calibrated = calibrate(float, calibration)
  const context = { emitter, graph, shapes, calibration: calibrated, tableSize, activations }
  const taken = takeInput(context, input)
  for (const node of graph.nodes) {
    const lower = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined
    if (lower === undefined) throw operatorFault(node, 'no form in integers')
    const parameter = shaping.has(node.operator) ? (node.inputs[1] ?? '') : ''
    if (parameter !== '' && !graph.constants.has(parameter)) {
      throw operatorFault(node, `${parameter} is not a constant`)
    }
    for (const made of lower(context, node)) activations.set(made.name, made)
  }
  const { name, quantization } = giveOutput(context, form)
  const metadata = { input: taken, output: quantization, labels }
  const bytes = writeModel({
    opset,
    inputs: [{ name: inputName, ...taken }],
    outputs: [{ name, ...quantization }],
    initializers: emitter.initializers,
    nodes: emitter.nodes,
    metadata: writeMetadata(metadata),
  })
  return { ...metadata, model: bytes, report: reportOf(float, bytes, metadata, calibration) }
}

const inputName = 'input'

function takeInput(context: Context, input: FloatValue): Quantization {
  const { name, shape } = input
  const range = context.calibration.ranges.get(name) ?? { low: 0, high: 0 }
  if (input.isInteger) {
    const rows = context.graph.nodes
      .filter((node) => node.inputs[1] === name)
      .map((node) => context.graph.constants.get(node.inputs[0] ?? '')?.shape[0] ?? 0)
    const largest = rows.reduce((most, size) => Math.max(most, size), 0)
    if (largest > 65_536) throw inputFault(`${name} has more than 65,536 values`)
    const type = largest > 256 ? 'uint16' : 'uint8'
    const value = { name, shape, range }
    const activation = new Activation(context.emitter, value, { indices: inputName })
    context.activations.set(name, activation)
    return { type, shape, scale: 1, zeroPoint: 0 }
  }
  const format = narrowOf(range)
  const activation = new Activation(
    context.emitter,
    { name, shape, range },
    {
      narrow: format,
      direct: (wanted) => (wanted === format ? inputName : undefined),
      expression: () => termOf(inputName, shape, format),
    },
  )
  context.activations.set(name, activation)
  return { type: 'uint8', shape, scale: format.scale, zeroPoint: format.zeroPoint }
}

function giveOutput(
  { emitter, activations, graph }: Context,
  form: 'class' | 'int32' | 'uint8',
): { readonly name: string; readonly quantization: Quantization } {
  const activation = activations.get(graph.outputs[0] ?? '')
  const isInput = graph.inputs.some(({ name }) => name === activation?.name)
  if (activation === undefined || isInput) {
    throw modelFault('its output is an input or a constant')
  }
  const { shape } = activation
  const format = form === 'uint8' ? activation.narrow : activation.wide
  const tensor = activation.as(format)
  if (form !== 'class') {
    const { type, scale, zeroPoint } = format
    return { name: tensor, quantization: { type, shape, scale, zeroPoint } }
  }
  if (shape.length === 0) throw optionFault('an output of one number has no classes')
  const type = at(shape, shape.length - 1) > 256 ? 'int32' : 'uint8'
  const largest = emitter.node('ArgMax', [tensor], { axis: shape.length - 1, keepdims: 0 })
  return {
    name: emitter.cast(largest, type),
    quantization: { type, shape: shape.slice(0, -1), scale: 1, zeroPoint: 0 },
  }
}

function reportOf(
  float: FloatModel,
  bytes: Uint8Array,
  metadata: Metadata,
  samples: readonly (readonly Float32Array[])[],
): Report {
  const program = compiled(bytes)
  const wrapping = program.nodes.find((node) => node.mayOverflow)
  if (wrapping !== undefined) {
    throw overflowFault(wrapping.name, `${wrapping.operator} may leave its type`)
  }
  const accuracy = compare(float, program, metadata, samples)
  const { cost, nodes } = program
  const { macs, elements } = cost
  return { ...accuracy, bytes: bytes.length, nodes: nodes.length, macs, elements }
}

function compiled(bytes: Uint8Array): Program {
  try {
    return compile(bytes, { limits: { ...claimLimits, modelBytes: limits.modelBytes.value } })
  } catch (error) {
    if (!isFault(error, 'INFERENCE_MODEL')) throw error
    throw modelFault(`in integers it is no pars-int-1 model: ${error.message}`)
  }
}
