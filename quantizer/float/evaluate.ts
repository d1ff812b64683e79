import { inputFault, operatorFault } from '../faults.ts'
import type { FloatGraph, FloatNode, FloatValue } from './graph.ts'
import { elementwise } from './operators/elementwise.ts'
import type { Evaluate } from './operators/evaluation.ts'
import { linear } from './operators/linear.ts'
import { movement } from './operators/movement.ts'
import { normalizing } from './operators/normalize.ts'
import { pooling } from './operators/pool.ts'
import { readFloatModel } from './read.ts'
import { simplify } from './simplify.ts'
import { type FloatTensor, sizeOf } from './tensor.ts'

const operators: Readonly<Record<string, Evaluate>> = {
  ...elementwise,
  ...linear,
  ...movement,
  ...normalizing,
  ...pooling,
}

/** A float model that is ready to run, by additions, multiplications, divisions and roots alone. */
export interface FloatModel {
  /** Simplified: no constants, identities or unused nodes. */
  readonly graph: FloatGraph
  /** Of every value of the graph. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** The graph's outputs, one array each. Throws `QUANTIZER_INPUT`. */
  run(inputs: readonly Float32Array[]): Float32Array[]
  /** The same, with every value by its name. */
  trace(inputs: readonly Float32Array[]): ReadonlyMap<string, FloatTensor>
}

/** Throws `QUANTIZER_MODEL`, `QUANTIZER_OPERATOR`. */
export function openFloatModel(bytes: Uint8Array): FloatModel {
  const read = readFloatModel(bytes)
  const zeros = read.inputs.map(({ shape }) => ({ shape, data: new Float64Array(sizeOf(shape)) }))
  const graph = simplify(read, run(read, zeros), runNode)
  const shapes = new Map([...run(graph, zeros)].map(([name, { shape }]) => [name, shape]))
  const trace = (inputs: readonly Float32Array[]): ReadonlyMap<string, FloatTensor> =>
    run(graph, tensors(graph.inputs, inputs))
  return {
    graph,
    shapes,
    trace,
    run: (inputs) => {
      const values = trace(inputs)
      return graph.outputs.map((name) => Float32Array.from(values.get(name)?.data ?? []))
    },
  }
}

/** The outputs of a float ONNX model, one array each; `openFloatModel` to run it more than once. */
export function evaluate(
  model: Uint8Array,
  inputs: readonly Float32Array[],
): readonly Float32Array[] {
  return openFloatModel(model).run(inputs)
}

function tensors(
  values: readonly FloatValue[],
  inputs: readonly Float32Array[],
): readonly FloatTensor[] {
  if (inputs.length !== values.length) {
    throw inputFault(`${inputs.length} arrays for ${values.length} inputs`)
  }
  return values.map(({ name, shape, isInteger }, index) => {
    const data = Float64Array.from(inputs[index] ?? [])
    if (data.length !== sizeOf(shape)) {
      throw inputFault(`${data.length} values for ${name} of shape [${shape.join(', ')}]`)
    }
    if (!data.every(isInteger ? Number.isSafeInteger : Number.isFinite)) {
      throw inputFault(`a value for ${name} is not ${isInteger ? 'a whole number' : 'finite'}`)
    }
    return { shape, data }
  })
}

function run(graph: FloatGraph, inputs: readonly FloatTensor[]): Map<string, FloatTensor> {
  const values = new Map(graph.constants)
  for (const [index, { name }] of graph.inputs.entries()) {
    const input = inputs[index]
    if (input !== undefined) values.set(name, input)
  }
  for (const node of graph.nodes) {
    const results = runNode(
      node,
      node.inputs.map((name) => (name === '' ? undefined : values.get(name))),
      graph.opset,
    )
    for (const [index, name] of node.outputs.entries()) {
      const result = results[index]
      if (name !== '' && result !== undefined) values.set(name, result)
    }
  }
  return values
}

const runNode: Evaluate = (node: FloatNode, inputs, opset) => {
  if (node.operator === 'Constant') {
    const value = node.attributes.get('value') ?? node.attributes.get('value_float')
    if (typeof value === 'number') return [{ shape: [], data: Float64Array.of(value) }]
    if (typeof value === 'object' && 'data' in value) return [value]
    throw operatorFault(node, 'a constant that is not a tensor')
  }
  const operator = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined
  if (operator === undefined) throw operatorFault(node, 'not an operator that is quantised')
  return operator(node, inputs, opset)
}
