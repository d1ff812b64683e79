import { type ModelReason, refuse } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Attribute } from '../onnx/model.ts'
import type { ElementType, Tensor } from '../types.ts'
import type { Operand } from './operator.ts'
import type { Weighing } from './weighing.ts'

export interface NodeFacts {
  /** Where, for faults. */
  readonly at: string
  readonly opset: number
  readonly inputs: readonly (Operand | undefined)[]
  /** How many outputs the node names. */
  readonly outputs: number
  readonly attributes: ReadonlyMap<string, Attribute>
  /** The model's. */
  readonly weighing: Weighing
}

/** One node under compilation, as its operator asks about it. */
export class NodeContext {
  readonly at: string
  readonly opset: number
  readonly inputs: readonly (Operand | undefined)[]
  readonly outputs: number
  readonly weighing: Weighing
  readonly #attributes: ReadonlyMap<string, Attribute>
  readonly #asked = new Set<string>()

  constructor({ at, opset, inputs, outputs, attributes, weighing }: NodeFacts) {
    this.at = at
    this.opset = opset
    this.inputs = inputs
    this.outputs = outputs
    this.weighing = weighing
    this.#attributes = attributes
  }

  refuse(reason: ModelReason, cure?: string): never {
    return refuse(reason, this.at, cure)
  }

  /** Refuses another number of inputs, or more outputs than one. */
  arity(least: number, most = least, outputs = 1): void {
    if (this.inputs.length < least || this.inputs.length > most) this.refuse('inputs')
    if (this.outputs !== outputs) this.refuse('outputs')
  }

  input(index: number): Operand {
    return this.inputs[index] ?? this.refuse('inputs')
  }

  optional(index: number): Operand | undefined {
    return this.inputs[index]
  }

  /** All inputs, none left out. */
  all(): readonly Operand[] {
    return this.inputs.map((input) => input ?? this.refuse('inputs'))
  }

  /** Refuses an operand of another type than these. */
  demand(operand: Operand, types: readonly ElementType[]): ElementType {
    return types.includes(operand.type) ? operand.type : this.refuse('type', operand.type)
  }

  /** The one type of all operands. */
  same(operands: readonly Operand[], types: readonly ElementType[]): ElementType {
    const [first] = operands
    if (first === undefined) return this.refuse('inputs')
    if (operands.some(({ type }) => type !== first.type)) this.refuse('type')
    return this.demand(first, types)
  }

  integer(name: string, fallback?: number): number {
    const value = this.#attribute(name)
    if (value === undefined) return fallback ?? this.#missing(name)
    return typeof value === 'bigint' ? Number(saturate(value)) : this.#wrong(name)
  }

  /** An attribute that may be 0 or 1 only. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.integer(name, fallback ? 1 : 0)
    return value === 0 || value === 1 ? value === 1 : this.#wrong(name)
  }

  integers(name: string): readonly number[] | undefined {
    const value = this.#attribute(name)
    if (value === undefined) return undefined
    return isList(value) ? value.map((item) => Number(saturate(item))) : this.#wrong(name)
  }

  text(name: string, fallback: string): string {
    const value = this.#attribute(name) ?? fallback
    return typeof value === 'string' ? value : this.#wrong(name)
  }

  constant(index: number): Tensor {
    const { tensor } = this.input(index)
    return tensor ?? this.refuse('constant', `input ${index} has to be a constant of the model`)
  }

  /** A constant of type int32 or int64 without or with one dimension; undefined where left out. */
  constantIntegers(index: number): readonly number[] | undefined {
    if (this.inputs[index] === undefined) return undefined
    const { type, shape, data } = this.constant(index)
    if (type !== 'int64' && type !== 'int32') this.refuse('type', `input ${index}`)
    if (shape.length > 1 || data.length > limits.shapeIntegers.value) this.refuse('shape')
    return Array.from(data as ArrayLike<number | bigint>, (value) =>
      Number(saturate(BigInt(value))),
    )
  }

  /** Refuses attributes that the operator did not ask for. */
  finish(): void {
    for (const name of this.#attributes.keys()) {
      if (!this.#asked.has(name)) refuse('attribute-unknown', `${this.at}.${name}`)
    }
  }

  #attribute(name: string): Attribute | undefined {
    this.#asked.add(name)
    return this.#attributes.get(name)
  }

  #missing(name: string): never {
    return refuse('attribute-missing', `${this.at}.${name}`)
  }

  #wrong(name: string): never {
    return refuse('attribute', `${this.at}.${name}`)
  }
}

function isList(value: Attribute): value is readonly bigint[] {
  return Array.isArray(value)
}

const exact = BigInt(Number.MAX_SAFE_INTEGER)

/** Lists of ONNX say "to the end" by numbers that have no exact double; no dimension is as large. */
function saturate(value: bigint): bigint {
  if (value > exact) return exact
  return value < -exact ? -exact : value
}
