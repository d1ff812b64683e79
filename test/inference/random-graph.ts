/** Graphs of random operators over random data, from a seed. */
import { writeModel } from '#inference'

import { bytesOf } from '../../inference/onnx/types.ts'
import { Seeded } from '../seeded.ts'
import { GraphBuilder, type GraphInput, type GraphOptions } from './graph-builder.ts'
import { recipes } from './graph-recipes.ts'

export interface RandomGraph {
  readonly seed: number | string
  readonly model: Uint8Array
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly string[]
  /** The inputs' bytes, as `execute` takes them. */
  readonly input: Uint8Array
  readonly operators: readonly string[]
}

export const recipeNames: readonly string[] = Object.keys(recipes)

/**
 * The graph of a seed.
 *
 * @param first The operator to begin with; a random one when absent.
 */
export function randomGraph(
  seed: number | string,
  { oracle = true, mixed = false, first }: Partial<GraphOptions> & { readonly first?: string } = {},
): RandomGraph {
  const random = new Seeded(seed)
  const builder = new GraphBuilder(random, { oracle, mixed })
  const names = recipeNames.filter((name) => !oracle || !withoutOracle.has(name))
  const count = 1 + random.below(8)
  if (first !== undefined) recipes[first]?.(builder, first)
  // A recipe may find that it does not fit.
  while (builder.nodes.length < count) {
    const name = random.pick(names)
    recipes[name]?.(builder, name)
  }
  const leaves = builder.leaves
  const others = builder.values.filter((value) => !leaves.includes(value) && random.oneIn(4))
  const inputNames = new Set(builder.inputs.map(({ name }) => name))
  const outputs = [...leaves, ...others].filter(({ name }) => !inputNames.has(name))
  const model = writeModel({
    opset: builder.opset,
    inputs: builder.inputs,
    outputs,
    initializers: builder.initializers,
    nodes: builder.nodes,
  })
  return {
    seed,
    model,
    inputs: builder.inputs,
    outputs: outputs.map(({ name }) => name),
    input: Buffer.concat(builder.inputs.map(({ data }) => bytesOf(data))),
    operators: builder.nodes.map(({ operator }) => operator),
  }
}

/** What onnxruntime does not have for integers. */
const withoutOracle: ReadonlySet<string> = new Set(['AveragePool'])

/** What can be compared with onnxruntime. */
export const oracleRecipeNames = recipeNames.filter((name) => !withoutOracle.has(name))
