import type { Calibration } from '../calibrate.ts'
import { Activation } from '../emit/activation.ts'
import type { Emitter } from '../emit/emitter.ts'
import { expression, type Expression } from '../emit/expression.ts'
import type { Range } from '../emit/format.ts'
import { operatorFault } from '../faults.ts'
import type { FloatGraph, FloatNode } from '../float/graph.ts'
import type { FloatTensor } from '../float/tensor.ts'

/** What every lowering sees. */
export interface Context {
  readonly emitter: Emitter
  readonly graph: FloatGraph
  readonly shapes: ReadonlyMap<string, readonly number[]>
  readonly calibration: Calibration
  /** Entries of a table for a function of one number. */
  readonly tableSize: number
  readonly activations: Map<string, Activation>
}

/** Makes the activations of a node's outputs. */
export type Lower = (context: Context, node: FloatNode) => readonly Activation[]

export function constantOf(
  context: Context,
  node: FloatNode,
  input: number,
): FloatTensor | undefined {
  return context.graph.constants.get(node.inputs[input] ?? '')
}

/** The input as numbers that are quantised; constants are, too. */
export function activationOf(context: Context, node: FloatNode, input: number): Activation {
  const name = node.inputs[input] ?? ''
  const known = context.activations.get(name)
  if (known?.indices !== undefined) throw operatorFault(node, `${name} is an index, not a number`)
  if (known !== undefined) return known
  const constant = constantOf(context, node, input)
  if (constant === undefined) throw operatorFault(node, `input ${input} is missing`)
  const activation = constantActivation(context.emitter, name, constant)
  context.activations.set(name, activation)
  return activation
}

function constantActivation(emitter: Emitter, name: string, constant: FloatTensor): Activation {
  const { shape, data } = constant
  const range = {
    low: data.reduce((least, value) => Math.min(least, value), 0),
    high: data.reduce((most, value) => Math.max(most, value), 0),
  }
  return new Activation(
    emitter,
    { name, shape, range },
    { expression: () => expression(shape, [], constant) },
  )
}

/** Name, shape and calibrated range of a node's output. */
export function outputOf(
  context: Context,
  node: FloatNode,
  output = 0,
): { readonly name: string; readonly shape: readonly number[]; readonly range: Range } {
  const name = node.outputs[output] ?? ''
  return {
    name,
    shape: context.shapes.get(name) ?? [],
    range: context.calibration.ranges.get(name) ?? { low: 0, high: 0 },
  }
}

/** The one output of `node` as an expression. */
export function made(
  context: Context,
  node: FloatNode,
  define: () => Expression,
): readonly Activation[] {
  const value = outputOf(context, node)
  return [new Activation(context.emitter, value, { expression: once(define) })]
}

/** Nodes are emitted by whoever asks first. */
export function once<T>(define: () => T): () => T {
  let known: T | undefined
  return () => (known ??= define())
}
