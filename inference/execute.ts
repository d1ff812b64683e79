import { Fault } from '#base'

import { bytesOf, lastUses } from './graph/cost.ts'
import { bytesOf as encode, dataOf } from './onnx/types.ts'
import { operators } from './operators/index.ts'
import type { Operator } from './operators/operator.ts'
import type { Element, Node, Program, Tensor, Value } from './types.ts'

/**
 * Runs a program.
 *
 * @param input The tensors of the graph's inputs in their order: little-endian, row-major.
 * @returns The tensors of the graph's outputs, likewise.
 */
export function execute(program: Program, input: Uint8Array): Uint8Array {
  const tensors = start(program, input)
  const constants = constantsOf(program)
  for (const [at, uses] of lastUses(program).entries()) {
    step(program, at, tensors, constants)
    for (const index of uses) tensors[index] = undefined
  }
  const output = new Uint8Array(program.cost.outputBytes)
  let offset = 0
  for (const value of program.outputs) {
    const bytes = encode(tensorOf(tensors, value.index).data)
    output.set(bytes, offset)
    offset += bytes.length
  }
  return output
}

/** {@link execute}, with all values kept: one tensor for each value, by its index. */
export function trace(program: Program, input: Uint8Array): readonly Tensor[] {
  const tensors = start(program, input)
  const constants = constantsOf(program)
  for (const at of program.nodes.keys()) step(program, at, tensors, constants)
  return program.values.map(({ index }) => tensorOf(tensors, index))
}

/**
 * One element of a node's output, by definition: what {@link execute} has to equal.
 *
 * @param read Elements of the node's inputs: number, or bigint where the type has 64 bits.
 */
export function element(
  program: Program,
  node: number,
  output: number,
  flatIndex: number,
  read: (input: number, flatIndex: number) => Element,
): Element {
  const { operator, inputs, outputs, attributes } = nodeAt(program, node)
  return operatorNamed(operator).element({
    inputs: inputs.map((index) => (index === undefined ? undefined : valueAt(program, index))),
    outputs: outputs.map((index) => valueAt(program, index)),
    attributes,
    output,
    index: flatIndex,
    read,
  })
}

function constantsOf(program: Program): ReadonlySet<number> {
  return new Set(program.constants.map(({ index }) => index))
}

function start(program: Program, input: Uint8Array): (Tensor | undefined)[] {
  if (input.length !== program.cost.inputBytes) {
    const cure = `${program.cost.inputBytes} bytes, there are ${input.length}`
    throw new Fault({ code: 'INFERENCE_INPUT', reason: 'length' }, cure)
  }
  const tensors: (Tensor | undefined)[] = program.values.map(() => undefined)
  for (const { index, tensor } of program.constants) {
    if (tensor === undefined) throw new Fault({ code: 'INFERENCE_WEIGHTS', reason: 'missing' })
    tensors[index] = tensor
  }
  let offset = 0
  for (const { index, type, shape } of program.inputs) {
    const end = offset + bytesOf({ type, shape })
    const bytes = input.subarray(offset, end)
    if (type === 'bool' && !bytes.every((byte) => byte < 2)) {
      throw new Fault({ code: 'INFERENCE_INPUT', reason: 'bool' }, 'a bool is 0 or 1')
    }
    tensors[index] = { type, shape, data: dataOf(type, bytes) }
    offset = end
  }
  return tensors
}

function step(
  program: Program,
  at: number,
  tensors: (Tensor | undefined)[],
  constants: ReadonlySet<number>,
): void {
  const node = nodeAt(program, at)
  const { operator, inputs, outputs, attributes } = node
  const types = outputs.map((index) => valueAt(program, index))
  const results = operatorNamed(operator).run({
    inputs: inputs.map((index) => (index === undefined ? undefined : tensorOf(tensors, index))),
    constant: inputs.map((index) => index !== undefined && constants.has(index)),
    node,
    outputs: types,
    attributes,
  })
  for (const [output, { index, type, shape }] of types.entries()) {
    const data = results[output]
    if (data !== undefined) tensors[index] = { type, shape, data }
  }
}

function nodeAt(program: Program, node: number): Node {
  return program.nodes[node] ?? absent('node', node)
}

function valueAt(program: Program, index: number): Value {
  return program.values[index] ?? absent('value', index)
}

function tensorOf(tensors: readonly (Tensor | undefined)[], index: number): Tensor {
  return tensors[index] ?? absent('tensor', index)
}

function operatorNamed(name: string): Operator {
  return operators.get(name) ?? absent('operator', name)
}

function absent(kind: string, place: string | number): never {
  throw new RangeError(`there is no ${kind} ${place}`)
}
