export type ElementType =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'

export interface TensorType {
  readonly type: ElementType
  readonly shape: readonly number[]
}

/** 64-bit types stand in arrays of bigint, `bool` as bytes 0 and 1. */
export type TensorData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** Row-major. */
export interface Tensor extends TensorType {
  readonly data: TensorData
}

/** One element: bigint where the type has 64 bits. */
export type Element = number | bigint

/** A name of the graph: an input, an initializer or what a node makes. */
export interface Value extends TensorType {
  /** Its place in {@link Program.values}. */
  readonly index: number
  readonly name: string
  /** No element is ever below or above, whatever the inputs are. */
  readonly low: bigint
  readonly high: bigint
}

export interface Constant extends Value {
  /** Undefined where the model names the data by its root only. */
  readonly tensor: Tensor | undefined
  /** Hexadecimal Merkle root of data that is outside the model. */
  readonly root: string | undefined
}

/** What an operator needs beside its tensors: attributes with all defaults and constants resolved. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>

export interface Node {
  readonly operator: string
  readonly name: string
  /** Indices of values; undefined where an optional input is left out. */
  readonly inputs: readonly (number | undefined)[]
  readonly outputs: readonly number[]
  readonly attributes: Attributes
  /** Whether a result may leave its type, and so wrap, for some input. */
  readonly mayOverflow: boolean
  readonly cost: NodeCost
}

export interface NodeCost {
  /** Multiplications of matrices and convolutions. */
  readonly macs: number
  /** Elements read, compared or written one by one; those of 64 bits count eight times. */
  readonly elements: number
  /** What a run takes beside inputs and outputs, at most. */
  readonly workingBytes: number
}

export interface Cost extends Omit<NodeCost, 'workingBytes'> {
  /** Nodes, their inputs and outputs, and initializers. */
  readonly parts: number
  readonly inputBytes: number
  readonly outputBytes: number
  /** The most that values and working copies take at one time, constants included. */
  readonly peakBytes: number
}

export interface Program {
  /** Without initializers. */
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly constants: readonly Constant[]
  /** In the order of execution. */
  readonly nodes: readonly Node[]
  readonly values: readonly Value[]
  readonly cost: Cost
  readonly metadata: ReadonlyMap<string, string>
}
