/** Random graphs on pars-int-1 and on onnxruntime, native and in WebAssembly. */
import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'

import { compile, type ElementType, execute } from '#inference'

import { bytesOf, newData } from '../../inference/onnx/types.ts'
import { productGraph } from './product-graph.ts'
import { oracleRecipeNames, randomGraph, type RandomGraph } from './random-graph.ts'

export const engines = ['node', 'web'] as const
export type OracleEngine = (typeof engines)[number]

/** The part of onnxruntime's two packages that is alike. */
interface Runtime {
  readonly Tensor: new (type: string, data: unknown, shape: readonly number[]) => Result
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>
  }
}

interface Session {
  run(inputs: Readonly<Record<string, Result>>): Promise<Readonly<Record<string, Result>>>
  release(): Promise<void>
}

interface Result {
  readonly type: string
  readonly data: ReturnType<typeof newData>
}

const runtimes = { node: native as unknown as Runtime, web: web as unknown as Runtime }

web.env.wasm.numThreads = 1
web.env.logLevel = 'fatal'

const options = {
  node: { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 },
  web: { executionProviders: ['wasm'], logSeverityLevel: 4 },
}

/**
 * A graph of a campaign. Its seed ends with a number: every fourth is of one large product, the others
 * begin with each operator in turn.
 */
export function campaignGraph(seed: string): RandomGraph {
  const index = Number(/\d+$/.exec(seed)?.[0] ?? 0)
  if (index % 4 === 3) return productGraph(seed)
  const first = oracleRecipeNames[(index - (index >> 2)) % oracleRecipeNames.length]
  return randomGraph(seed, first === undefined ? {} : { first })
}

/** What differs between pars-int-1 and an engine on a graph, or what failed; undefined if nothing. */
export async function difference(
  graph: RandomGraph,
  engine: OracleEngine,
): Promise<string | undefined> {
  try {
    const expected = execute(compile(graph.model), graph.input)
    const actual = await answer(graph, engine)
    if (Buffer.compare(actual, expected) === 0) return undefined
    const [ours, theirs] = [expected.toHex(), actual.toString('hex')]
    return `${shown(graph, engine)}: ours ${ours}, theirs ${theirs}`
  } catch (error) {
    return `${shown(graph, engine)}: ${String(error)}`
  }
}

async function answer(graph: RandomGraph, engine: OracleEngine): Promise<Buffer> {
  const { Tensor } = runtimes[engine]
  const session = await sessionOf(graph.model, engine)
  try {
    const inputs = graph.inputs.map(({ name, type, shape, data }) => {
      return [name, new Tensor(type, data, shape)]
    })
    const results = await session.run(Object.fromEntries(inputs))
    return Buffer.concat(graph.outputs.map((name) => encoded(results[name])))
  } finally {
    await session.release()
  }
}

/** Relu before Clip makes onnxruntime's optimizer fail on int8: such a graph runs as it is. */
async function sessionOf(model: Uint8Array, engine: OracleEngine): Promise<Session> {
  const { InferenceSession } = runtimes[engine]
  try {
    return await InferenceSession.create(model, options[engine])
  } catch (error) {
    if (!String(error).includes('relu_clip_fusion')) throw error
    const unchanged = { ...options[engine], graphOptimizationLevel: 'disabled' }
    return InferenceSession.create(model, unchanged)
  }
}

function encoded(result: Result | undefined): Uint8Array {
  if (result === undefined) throw new Error('an output is missing')
  const { type, data } = result
  const wanted = newData(type as ElementType, 0)
  // Some versions give one type's array for another.
  if (wanted.BYTES_PER_ELEMENT !== data.BYTES_PER_ELEMENT) throw new Error(`an array for ${type}`)
  return bytesOf(data)
}

function shown({ seed, operators }: RandomGraph, engine: OracleEngine): string {
  return `seed ${seed}, onnxruntime-${engine}, ${operators.join(' ')}`
}
