import type { Attributes, Element, Node, Tensor, TensorData, TensorType } from '../types.ts'
import type { NodeContext } from './context.ts'
import type { Interval } from './interval.ts'

/** What is known of a node's input when the model is compiled. */
export interface Operand extends TensorType, Interval {
  /** Its place among the graph's values. */
  readonly index: number
  /** Its data where it is a constant with data. */
  readonly tensor: Tensor | undefined
}

/** What is known of a node's output: the interval as if the type had no end. */
interface Outcome extends TensorType, Interval {}

export interface Inference {
  readonly outputs: readonly Outcome[]
  /** Resolved: what `run` and `element` need beside types. */
  readonly attributes?: Attributes
  readonly macs?: number
  /** Elements handled one by one; the elements of all outputs when absent. */
  readonly elements?: number
  /** Whether `run` makes no working copies of its operands and results. */
  readonly isDirect?: boolean
}

/** A node with the tensors it runs on. */
export interface Invocation {
  readonly inputs: readonly (Tensor | undefined)[]
  /** Which inputs are constants of the model; what is prepared of them is kept by `node`. */
  readonly constant: readonly boolean[]
  readonly node: Node
  readonly outputs: readonly TensorType[]
  readonly attributes: Attributes
}

/** One element of one output of a node. */
export interface Step {
  readonly inputs: readonly (TensorType | undefined)[]
  readonly outputs: readonly TensorType[]
  readonly attributes: Attributes
  readonly output: number
  readonly index: number
  readonly read: (input: number, index: number) => Element
}

/**
 * The three meanings of an operator: what it makes of types, of tensors, and of single elements.
 * `run` and `element` give the same: the type's bits of the exact result, two's complement.
 */
export interface Operator {
  readonly name: string
  /** Types, shapes, intervals and cost, or a refusal. */
  infer(context: NodeContext): Inference
  run(invocation: Invocation): readonly TensorData[]
  element(step: Step): Element
}
