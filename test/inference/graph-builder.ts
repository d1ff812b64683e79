/** A graph under construction: values by name with their types, and random ones where they lack. */
import type {
  AttributeSpec,
  ElementType,
  InitializerSpec,
  NodeSpec,
  Tensor,
  TensorData,
  TensorType,
  ValueSpec,
} from '#inference'

import { newData, widths } from '../../inference/onnx/types.ts'
import type { Seeded } from '../seeded.ts'

export interface GraphOptions {
  /** Only types that onnxruntime has for an operator, and only operators that it has. */
  readonly oracle: boolean
  /** Whether uint8 data may meet int8 weights: onnxruntime saturates there on some machines. */
  readonly mixed: boolean
}

export interface GraphInput extends Tensor {
  readonly name: string
}

export class GraphBuilder {
  readonly random: Seeded
  readonly options: GraphOptions
  readonly opset: number
  readonly inputs: GraphInput[] = []
  readonly initializers: InitializerSpec[] = []
  readonly nodes: NodeSpec[] = []
  /** What nodes make, and inputs. */
  readonly values: ValueSpec[] = []
  readonly #used = new Set<string>()
  #names = 0

  constructor(random: Seeded, options: GraphOptions) {
    this.random = random
    this.options = options
    this.opset = (options.oracle ? 14 : 10) + random.below(options.oracle ? 8 : 12)
  }

  /** What no node takes. */
  get leaves(): readonly ValueSpec[] {
    return this.values.filter(({ name }) => !this.#used.has(name))
  }

  /** A value of one of these types and of a rank in between: one that is there, or a new input. */
  take(types: readonly ElementType[], least = 0, most = 4): ValueSpec {
    const fitting = this.values.filter(({ type, shape }) => {
      return types.includes(type as ElementType) && shape.length >= least && shape.length <= most
    })
    if (fitting.length > 0 && !this.random.oneIn(5)) return this.random.pick(fitting)
    const type = this.random.pick(types)
    const shape = this.shape(least + this.random.below(most - least + 1))
    return this.input({ type, shape })
  }

  input({ type, shape }: TensorType): ValueSpec {
    const name = this.#name('input')
    this.inputs.push({ name, type, shape, data: this.data(type, shape) })
    this.values.push({ name, type, shape })
    return { name, type, shape }
  }

  /** An initializer, or sometimes a node Constant. */
  constant(type: ElementType, shape: readonly number[], data: TensorData): ValueSpec {
    const name = this.#name('constant')
    if (this.random.oneIn(6)) {
      const attributes = { value: { tensor: { type, shape, data } } }
      this.nodes.push({ operator: 'Constant', inputs: [], outputs: [name], attributes })
    } else {
      this.initializers.push({ name, type, shape, data })
    }
    return { name, type, shape }
  }

  integers(values: readonly number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values.map(BigInt))).name
  }

  node(
    operator: string,
    inputs: readonly (ValueSpec | string)[],
    outputs: readonly TensorType[],
    attributes: Readonly<Record<string, AttributeSpec>> = {},
  ): readonly ValueSpec[] {
    const names = inputs.map((input) => (typeof input === 'string' ? input : input.name))
    for (const name of names) this.#used.add(name)
    const made = outputs.map(({ type, shape }) => ({ name: this.#name('value'), type, shape }))
    const outputNames = made.map(({ name }) => name)
    this.nodes.push({ operator, inputs: names, outputs: outputNames, attributes })
    this.values.push(...made)
    return made
  }

  /** A second operand that can be broadcast with `value`: one that is there, a constant, or an input. */
  partner(value: ValueSpec): ValueSpec {
    const others = this.values.filter(({ name, type, shape }) => {
      return name !== value.name && type === value.type && isBroadcastable(shape, value.shape)
    })
    if (others.length > 0 && this.random.oneIn(2)) return this.random.pick(others)
    const type = value.type as ElementType
    const shape = this.narrowed(value.shape)
    if (this.random.oneIn(2)) return this.input({ type, shape })
    return this.constant(type, shape, this.data(type, shape))
  }

  /** `shape` with some dimensions 1, and perhaps without the first ones. */
  narrowed(shape: readonly number[]): readonly number[] {
    const kept = this.random.oneIn(3) ? shape.slice(this.random.below(shape.length + 1)) : shape
    return kept.map((size) => (this.random.oneIn(3) ? 1 : size))
  }

  shape(rank: number): readonly number[] {
    return Array.from({ length: rank }, () => 1 + this.random.below(rank > 3 ? 4 : 6))
  }

  /** Random bits, and often what is special: 0, 1, the ends. */
  data(type: ElementType, shape: readonly number[]): TensorData {
    const data = newData(type, sizeOf(shape))
    const bits = widths[type] * 8
    for (let index = 0; index < data.length; index++) {
      const word = new DataView(this.random.bytes(8).buffer).getBigUint64(0)
      const special = [0n, 1n, -1n, 1n << BigInt(bits - 1), (1n << BigInt(bits - 1)) - 1n]
      const chosen = this.random.oneIn(5) ? this.random.pick(special) : word
      const value = type === 'bool' ? word & 1n : chosen
      data[index] = (bits === 64 ? value : Number(BigInt.asIntN(32, value))) as never
    }
    return data
  }

  #name(kind: string): string {
    return `${kind}${this.#names++}`
  }
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1)
}

export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left = 1, right = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]]
    return left === 1 ? right : left
  })
}

function isBroadcastable(a: readonly number[], b: readonly number[]): boolean {
  const rank = Math.min(a.length, b.length)
  return Array.from({ length: rank }, (_, back) => [a.at(-1 - back), b.at(-1 - back)]).every(
    ([left, right]) => left === right || left === 1 || right === 1,
  )
}
