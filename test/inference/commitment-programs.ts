import {
  attachWeights,
  type AttributeSpec,
  claimLimits,
  compile,
  type ElementType,
  type InitializerSpec,
  type NodeSpec,
  type Program,
  splitModel,
  type Tensor,
  type TensorData,
  trace,
  type ValueSpec,
  writeModel,
} from '#inference'

import { bytesOf, newData } from '../../inference/onnx/types.ts'
import { sizeOf } from '../../inference/operators/shape.ts'

/** xorshift32: numbers that are the same everywhere. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Random elements of a type; large data repeats itself, out of step with any dimension. */
export function randomData(
  type: ElementType,
  shape: readonly number[],
  random: (below: number) => number,
): TensorData {
  const data = newData(type, sizeOf(shape))
  const period = Math.min(65_521, data.length)
  for (let at = 0; at < period; at++) {
    const value = type === 'bool' ? random(2) : random(256) - (type.startsWith('u') ? 0 : 128)
    data[at] = (type.endsWith('64') ? BigInt(value) : value) as never
  }
  for (let at = period; at < data.length; at += period) data.copyWithin(at, 0, period)
  return data
}

/** Builds a model node by node; every step names its result. */
export class Graph {
  readonly #inputs: ValueSpec[] = []
  readonly #outputs: ValueSpec[] = []
  readonly #initializers: InitializerSpec[] = []
  readonly #nodes: NodeSpec[] = []
  readonly #random: (below: number) => number

  constructor(seed: number) {
    this.#random = generator(seed)
  }

  input(type: ElementType, ...shape: readonly number[]): string {
    const name = `in${this.#inputs.length}`
    this.#inputs.push({ name, type, shape })
    return name
  }

  weights(type: ElementType, ...shape: readonly number[]): string {
    return this.constant(type, shape, randomData(type, shape, this.#random))
  }

  constant(type: ElementType, shape: readonly number[], data: TensorData): string {
    const name = `constant${this.#initializers.length}`
    this.#initializers.push({ name, type, shape, data })
    return name
  }

  integers(...values: readonly number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt))
  }

  scalar(type: ElementType, value: number): string {
    const data = newData(type, 1)
    data[0] = (type.endsWith('64') ? BigInt(value) : value) as never
    return this.constant(type, [], data)
  }

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeSpec>> = {},
  ): string {
    return this.nodes(operator, inputs, 1, attributes)[0] ?? ''
  }

  nodes(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, AttributeSpec>> = {},
  ): string[] {
    const at = this.#nodes.length
    const outputs = Array.from({ length: count }, (_, output) => `value${at}.${output}`)
    this.#nodes.push({ operator, inputs, outputs, attributes })
    return outputs
  }

  /** int32 to uint8 by a divisor. */
  requantise(value: string, divisor: number): string {
    const divided = this.node('Div', [value, this.scalar('int32', divisor)])
    const clipped = this.node('Clip', [divided, this.scalar('int32', 0), this.scalar('int32', 255)])
    return this.node('Cast', [clipped], { to: 2 })
  }

  output(name: string, type: ElementType, ...shape: readonly number[]): void {
    this.#outputs.push({ name, type, shape })
  }

  model(): Uint8Array {
    return writeModel({
      opset: 17,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      nodes: this.#nodes,
    })
  }
}

function dense(): Uint8Array {
  const graph = new Graph(1)
  const x = graph.input('uint8', 3, 70)
  const hidden = graph.node('MatMulInteger', [
    x,
    graph.weights('int8', 70, 300),
    graph.scalar('uint8', 9),
  ])
  const biased = graph.node('Add', [hidden, graph.weights('int32', 300)])
  const next = graph.requantise(graph.node('Relu', [biased]), 700)
  const logits = graph.node('MatMulInteger', [next, graph.weights('int8', 300, 11)])
  graph.output(graph.node('ArgMax', [logits], { axis: 1 }), 'int64', 3, 1)
  const [best = '', places = ''] = graph.nodes('TopK', [logits, graph.integers(4)], 2)
  graph.output(best, 'int32', 3, 4)
  graph.output(places, 'int64', 3, 4)
  return graph.model()
}

function convolutions(): Uint8Array {
  const graph = new Graph(2)
  const x = graph.input('uint8', 2, 4, 9, 11)
  const grouped = graph.node(
    'ConvInteger',
    [x, graph.weights('int8', 12, 2, 3, 3), graph.scalar('uint8', 3), graph.scalar('int8', -2)],
    { group: 2, pads: [1, 1, 1, 2] },
  )
  const biased = graph.node('Add', [grouped, graph.weights('int32', 1, 12, 1, 1)])
  const first = graph.requantise(biased, 90)
  const wise = graph.node('ConvInteger', [first, graph.weights('int8', 12, 1, 3, 3)], {
    group: 12,
    strides: [2, 1],
    dilations: [1, 2],
    auto_pad: 'SAME_UPPER',
  })
  const second = graph.requantise(wise, 50)
  const pooled = graph.node('MaxPool', [second], { kernel_shape: [2, 3], pads: [0, 1, 0, 1] })
  const average = graph.node('AveragePool', [pooled], { kernel_shape: [2, 2], strides: [2, 2] })
  const flat = graph.node('Flatten', [average])
  const wide = graph.node('MatMulInteger', [flat, graph.weights('int8', 12 * 2 * 6, 5)])
  graph.output(wide, 'int32', 2, 5)
  graph.output(graph.node('ReduceSum', [wide, graph.integers(1)], { keepdims: 0 }), 'int32', 2)
  return graph.model()
}

function attention(): Uint8Array {
  const graph = new Graph(3)
  const [length, heads, width] = [17, 3, 20]
  const size = heads * width
  const x = graph.input('uint8', 1, length, size)
  const project = () =>
    graph.requantise(graph.node('MatMulInteger', [x, graph.weights('int8', size, size)]), 400)
  const split = (value: string) =>
    graph.node(
      'Transpose',
      [graph.node('Reshape', [value, graph.integers(1, length, heads, width)])],
      { perm: [0, 2, 1, 3] },
    )
  const [queries, keys, values] = [split(project()), split(project()), split(project())]
  const turned = graph.node('Transpose', [keys], { perm: [0, 1, 3, 2] })
  const scores = graph.requantise(graph.node('MatMulInteger', [queries, turned]), 900)
  const table = graph.weights('uint8', 256)
  const looked = graph.node('Gather', [table, graph.node('Cast', [scores], { to: 6 })])
  const mixed = graph.requantise(graph.node('MatMulInteger', [looked, values]), 1200)
  const joined = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] })
  const whole = graph.node('Reshape', [joined, graph.integers(1, length, size)])
  graph.output(whole, 'uint8', 1, length, size)
  return graph.model()
}

function movements(): Uint8Array {
  const graph = new Graph(4)
  const a = graph.input('int32', 3, 40, 7)
  const b = graph.input('int64', 40, 1)
  const chosen = graph.input('bool', 3, 1, 7)
  const wide = graph.node('Cast', [a], { to: 7 })
  const sum = graph.node('Add', [wide, b])
  const either = graph.node('Where', [chosen, sum, graph.node('Neg', [sum])])
  const [left = '', right = ''] = graph.nodes('Split', [either, graph.integers(13, 27)], 2, {
    axis: 1,
  })
  const joined = graph.node('Concat', [right, left, either], { axis: 1 })
  const cut = graph.node('Slice', [
    joined,
    graph.integers(-1, 1),
    graph.integers(-200, 7),
    graph.integers(1, 2),
    graph.integers(-3, 2),
  ])
  const padded = graph.node('Pad', [
    cut,
    graph.integers(0, 2, 0, 1, 0, 1),
    graph.scalar('int64', 5),
  ])
  const indices = graph.node('Clip', [b, graph.scalar('int64', 0), graph.scalar('int64', 28)])
  const picked = graph.node(
    'Gather',
    [padded, graph.node('Squeeze', [indices, graph.integers(1)])],
    {
      axis: 1,
    },
  )
  graph.output(picked, 'int64', 4, 40, 4)
  const turned = graph.node('Transpose', [picked], { perm: [2, 0, 1] })
  graph.output(graph.node('ReduceMax', [turned], { axes: [0, 2], keepdims: 0 }), 'int64', 4)
  const more = graph.node('Greater', [turned, graph.scalar('int64', 3)])
  graph.output(graph.node('Expand', [more, graph.integers(2, 1, 1, 1)]), 'bool', 2, 4, 4, 40)
  const [best = ''] = graph.nodes('TopK', [turned, graph.integers(3)], 2, { axis: 1, largest: 0 })
  graph.output(graph.node('Unsqueeze', [best, graph.integers(0)]), 'int64', 1, 4, 3, 40)
  return graph.model()
}

export const models: Readonly<Record<string, () => Uint8Array>> = {
  dense,
  convolutions,
  attention,
  movements,
}

/** A program without weights, as validators have it, and with them, as a prover has it. */
export interface Committed {
  readonly skeleton: Program
  readonly program: Program
  readonly input: Uint8Array
  readonly tensors: readonly Tensor[]
}

/** @param threshold Bytes from which on a constant is named by its root. */
export function commit(
  model: Uint8Array,
  seed: number,
  threshold = 64,
  given?: Uint8Array,
): Committed {
  const parts = splitModel(model, threshold)
  const skeleton = compile(parts.skeleton, { limits: claimLimits, external: true })
  const program = attachWeights(skeleton, parts.weights)
  const input = given ?? randomInput(program, seed)
  return { skeleton, program, input, tensors: trace(program, input) }
}

function randomInput(program: Program, seed: number): Uint8Array {
  const random = generator(seed)
  return Buffer.concat(
    program.inputs.map(({ type, shape }) => bytesOf(randomData(type, shape, random))),
  )
}
