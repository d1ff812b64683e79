import { modelFault } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Attribute, FloatGraph, FloatNode, FloatValue } from './graph.ts'
import { readTensor } from './read-tensor.ts'
import type { FloatTensor } from './tensor.ts'
import { bytesOf, type Field, fieldsOf, floatsOf, integersOf, textOf } from './wire.ts'

/**
 * Reads a float ONNX model. A symbolic dimension is taken as one: a network runs one sample.
 * Throws `QUANTIZER_MODEL`.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export function readFloatModel(bytes: Uint8Array): FloatGraph {
  if (bytes.length > limits.modelBytes.value) {
    throw modelFault(`more than ${limits.modelBytes.value} bytes`)
  }
  let graph: Uint8Array | undefined
  let opset = 0
  for (const field of fieldsOf(bytes, 0)) {
    if (field.number === 7) graph = bytesOf(field)
    if (field.number === 8) opset = Math.max(opset, readOpset(bytesOf(field)))
    if (field.number === 25) throw modelFault('it defines functions')
  }
  if (graph === undefined) throw modelFault('it has no graph')
  if (opset < 7 || opset > 24) throw modelFault(`opset ${opset} is not between 7 and 24`)
  return checked(readGraph(graph, opset))
}

function readOpset(bytes: Uint8Array): number {
  let domain = ''
  let version = 0
  for (const field of fieldsOf(bytes, 1)) {
    if (field.number === 1) domain = textOf(field)
    if (field.number === 2) version = integersOf(field)[0] ?? 0
  }
  return domain === '' || domain === 'ai.onnx' ? version : 0
}

function readGraph(bytes: Uint8Array, opset: number): FloatGraph {
  const nodes: FloatNode[] = []
  const constants = new Map<string, FloatTensor>()
  const inputs: FloatValue[] = []
  const outputs: string[] = []
  for (const field of fieldsOf(bytes, 1)) {
    if (field.number === 1) nodes.push(readNode(bytesOf(field)))
    if (field.number === 5) {
      const { name, tensor } = readTensor(bytesOf(field), 2)
      if (constants.has(name)) throw modelFault(`initializer ${name} stands twice`)
      constants.set(name, tensor)
    }
    if (field.number === 11) inputs.push(readValue(bytesOf(field)))
    if (field.number === 12) outputs.push(readValue(bytesOf(field)).name)
    if (field.number === 15) throw modelFault('it has sparse initializers')
  }
  if (nodes.length > limits.nodes.value) throw modelFault(`more than ${limits.nodes.value} nodes`)
  const real = inputs.filter((input) => !constants.has(input.name))
  return { opset, inputs: real, outputs, constants, nodes }
}

function readNode(bytes: Uint8Array): FloatNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, Attribute>()
  let operator = ''
  let name = ''
  for (const field of fieldsOf(bytes, 2)) {
    if (field.number === 1) inputs.push(textOf(field))
    if (field.number === 2) outputs.push(textOf(field))
    if (field.number === 3) name = textOf(field)
    if (field.number === 4) operator = textOf(field)
    if (field.number === 5) attributes.set(...readAttribute(bytesOf(field)))
    if (field.number === 7 && !['', 'ai.onnx'].includes(textOf(field))) {
      throw modelFault(`node ${name} has an operator of domain ${textOf(field)}`)
    }
  }
  return { operator, name: name === '' ? (outputs[0] ?? '') : name, inputs, outputs, attributes }
}

function readAttribute(bytes: Uint8Array): [string, Attribute] {
  const fields = fieldsOf(bytes, 3)
  const all = (number: number): readonly Field[] => fields.filter((f) => f.number === number)
  const name = all(1).map(textOf)[0] ?? ''
  // Exporters of the first days left the type out; then the field that is there says it.
  const type = all(20).flatMap(integersOf)[0] ?? 0
  const is = (number: number, field: number): boolean =>
    type === number || (type === 0 && all(field).length > 0)
  if (is(1, 2)) return [name, all(2).flatMap((field) => floatsOf(field, 4))[0] ?? 0]
  if (is(2, 3)) return [name, all(3).flatMap(integersOf)[0] ?? 0]
  if (is(3, 4)) return [name, all(4).map(textOf)[0] ?? '']
  if (is(4, 5)) return [name, all(5).map((field) => readTensor(bytesOf(field), 4).tensor)[0]]
  if (is(6, 7)) return [name, all(7).flatMap((field) => floatsOf(field, 4))]
  if (is(7, 8)) return [name, all(8).flatMap(integersOf)]
  return [name, undefined]
}

function readValue(bytes: Uint8Array): FloatValue {
  let name = ''
  let isInteger = false
  const shape: number[] = []
  for (const field of fieldsOf(bytes, 2)) {
    if (field.number === 1) name = textOf(field)
    if (field.number !== 2) continue
    for (const part of messages(bytesOf(field), 3).flatMap((tensor) => fieldsOf(tensor, 4))) {
      if (part.number === 1) isInteger = integerType(integersOf(part)[0] ?? 0, name)
      if (part.number === 2) shape.push(...messages(bytesOf(part), 5).map(size))
    }
  }
  return { name, shape, isInteger }
}

function integerType(type: number, name: string): boolean {
  if (type === 1 || type === 11) return false
  if (type >= 2 && type <= 13 && type !== 8 && type !== 9 && type !== 10) return true
  throw modelFault(`${name} has element type ${type}`)
}

function size(bytes: Uint8Array): number {
  const fixed = fieldsOf(bytes, 6).find((field) => field.number === 1)
  const value = fixed === undefined ? 1 : (integersOf(fixed)[0] ?? 1)
  if (value < 1 || value > limits.elements.value) throw modelFault(`a dimension of ${value}`)
  return value
}

/** The messages in field 1. */
function messages(bytes: Uint8Array, depth: number): readonly Uint8Array[] {
  return fieldsOf(bytes, depth)
    .filter((field) => field.number === 1)
    .map(bytesOf)
}

function checked(graph: FloatGraph): FloatGraph {
  const known = new Set<string>(graph.constants.keys())
  const make = (name: string): void => {
    if (name === '') return
    if (known.has(name)) throw modelFault(`${name} is made twice`)
    known.add(name)
  }
  for (const input of graph.inputs) make(input.name)
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      if (name !== '' && !known.has(name)) throw modelFault(`${name} is used before it is made`)
    }
    node.outputs.forEach(make)
  }
  for (const name of graph.outputs) {
    if (!known.has(name)) throw modelFault(`output ${name} is never made`)
  }
  return graph
}
