import { operatorFault } from '../faults.ts'
import type { FloatTensor } from './tensor.ts'

export type Attribute =
  | number
  | string
  | readonly number[]
  | FloatTensor
  /** A form that no operator here takes: a subgraph, a list of texts. */
  | undefined

export interface FloatNode {
  readonly operator: string
  /** Its own name, or of its first output. */
  readonly name: string
  /** `''` where an optional input is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, Attribute>
}

export interface FloatValue {
  readonly name: string
  readonly shape: readonly number[]
  /** Of whole numbers: indices of an embedding. */
  readonly isInteger: boolean
}

/** Nodes in the order of execution; every name is made once, before it is used. */
export interface FloatGraph {
  readonly opset: number
  readonly inputs: readonly FloatValue[]
  readonly outputs: readonly string[]
  readonly constants: ReadonlyMap<string, FloatTensor>
  readonly nodes: readonly FloatNode[]
}

export function integerAttribute(node: FloatNode, name: string, otherwise: number): number {
  const value = node.attributes.get(name)
  if (value === undefined) return otherwise
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong(node, name)
  return value
}

export function floatAttribute(node: FloatNode, name: string, otherwise: number): number {
  const value = node.attributes.get(name)
  if (value === undefined) return otherwise
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(node, name)
  return value
}

export function listAttribute(node: FloatNode, name: string): readonly number[] | undefined {
  const value = node.attributes.get(name)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw wrong(node, name)
  return value as readonly number[]
}

export function textAttribute(node: FloatNode, name: string, otherwise: string): string {
  const value = node.attributes.get(name)
  if (value === undefined) return otherwise
  if (typeof value !== 'string') throw wrong(node, name)
  return value
}

/** `axis` counted from the front; it may stand one behind the last where `end` says so. */
export function resolveAxis(node: FloatNode, axis: number, rank: number, end = false): number {
  const resolved = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank + (end ? 1 : 0)) {
    throw operatorFault(node, `axis ${axis} of a tensor of rank ${rank}`)
  }
  return resolved
}

function wrong(node: FloatNode, name: string): Error {
  return operatorFault(node, `attribute ${name} has a wrong type`)
}
