import type { AttributeSpec, InitializerSpec, NodeSpec } from '#inference'

import { at, type FloatTensor, sizeOf } from '../float/tensor.ts'

export type IntegerType = 'int32' | 'int64' | 'uint16' | 'uint8'

/** TensorProto.DataType, as Cast names it. */
const dataTypes = { uint8: 2, uint16: 4, int32: 6, int64: 7 } as const

const arrays = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array } as const

/** Elements of a constant that is looked for among those that are there. */
const largestCompared = 65_536

/** Collects the nodes and constants of the model that is being made. */
export class Emitter {
  readonly nodes: NodeSpec[] = []
  readonly initializers: InitializerSpec[] = []
  /** Names of constants by what they are: equal ones stand in the model once. */
  readonly #constants = new Map<string, string>()
  /** Outputs of nodes by what they are: what was computed before is not computed again. */
  readonly #made = new Map<string, readonly string[]>()

  /** The name of the one output of a node. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeSpec>> = {},
  ): string {
    return this.nodeOf(operator, inputs, attributes, 1)[0] as string
  }

  nodeOf(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeSpec>>,
    outputs: number,
  ): readonly string[] {
    const key = JSON.stringify([operator, inputs, attributes, outputs])
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const number = this.nodes.length
    const names = Array.from({ length: outputs }, (_, index) =>
      index === 0 ? `v${number}` : `v${number}.${index}`,
    )
    this.nodes.push({ operator, inputs, outputs: names, attributes })
    this.#made.set(key, names)
    return names
  }

  /** A constant of whole numbers that its type holds. */
  constant(type: IntegerType, { shape, data }: FloatTensor): string {
    const isCompared = data.length <= largestCompared
    const key = isCompared ? `${type}[${shape.join()}]${data.join()}` : ''
    const known = isCompared ? this.#constants.get(key) : undefined
    if (known !== undefined) return known
    const name = `c${this.initializers.length}`
    if (isCompared) this.#constants.set(key, name)
    const typed =
      type === 'int64'
        ? BigInt64Array.from({ length: sizeOf(shape) }, (_, index) => BigInt(at(data, index)))
        : arrays[type].from(data)
    this.initializers.push({ name, type, shape, data: typed })
    return name
  }

  number(type: IntegerType, value: number): string {
    return this.constant(type, { shape: [], data: Float64Array.of(value) })
  }

  list(type: IntegerType, values: readonly number[]): string {
    return this.constant(type, { shape: [values.length], data: Float64Array.from(values) })
  }

  cast(name: string, to: IntegerType): string {
    return this.node('Cast', [name], { to: dataTypes[to] })
  }

  reshape(name: string, shape: readonly number[]): string {
    // A list of no dimensions would be a tensor without elements, which pars-int-1 has not.
    if (shape.length === 0) return this.node('Squeeze', [name])
    return this.node('Reshape', [name, this.list('int64', shape)])
  }

  /** Between two numbers, of int32. */
  clip(name: string, low: number, high: number): string {
    return this.node('Clip', [name, this.number('int32', low), this.number('int32', high)])
  }
}
