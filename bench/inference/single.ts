import {
  claimLimits,
  compile,
  type ElementType,
  type InitializerSpec,
  type NodeSpec,
  type Program,
  type ValueSpec,
  writeModel,
} from '#inference'

import { bytes } from './subjects.ts'

/** What one operator is measured on. */
export interface Single {
  readonly name: string
  readonly inputs: readonly Omit<ValueSpec, 'name'>[]
  readonly outputs: readonly Omit<ValueSpec, 'name'>[]
  /** After the inputs. */
  readonly constants?: readonly InitializerSpec[]
  readonly operator: string
  readonly attributes?: NodeSpec['attributes']
}

const lanes = { int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array } as const

/** A constant that is all one number, or the numbers of `shape` in turn. */
export function constant(
  name: string,
  type: keyof typeof lanes,
  shape: readonly number[],
  values: readonly number[],
): InitializerSpec {
  const size = shape.reduce((count, dimension) => count * dimension, 1)
  const data = new lanes[type](size)
  for (let index = 0; index < size; index++) {
    const element = values[index % values.length] ?? 0
    data[index] = (data instanceof BigInt64Array ? BigInt(element) : element) as never
  }
  return { name, type, shape, data }
}

export function value(type: ElementType, ...shape: readonly number[]): Omit<ValueSpec, 'name'> {
  return { type, shape }
}

/** The program of one node, and its input: bytes that are below 2 for bool. */
export function programOf(single: Single): readonly [Program, Uint8Array] {
  const { inputs, outputs, constants = [], operator, attributes = {} } = single
  const [taken, made] = [named('x', inputs), named('y', outputs)]
  const model = writeModel({
    opset: 13,
    inputs: taken,
    outputs: made,
    initializers: constants,
    nodes: [
      {
        operator,
        inputs: [...taken, ...constants].map(({ name }) => name),
        outputs: made.map(({ name }) => name),
        attributes,
      },
    ],
  })
  const program = compile(model, { limits: claimLimits })
  const input = bytes(program.cost.inputBytes)
  const isBool = inputs.some(({ type }) => type === 'bool')
  return [program, isBool ? input.map((byte) => byte & 1) : input]
}

function named(kind: string, values: readonly Omit<ValueSpec, 'name'>[]): readonly ValueSpec[] {
  return values.map((spec, index) => ({ ...spec, name: `${kind}${index}` }))
}
