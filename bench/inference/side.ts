import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'

import {
  claimLimits,
  compile,
  type ElementType,
  execute,
  type InitializerSpec,
  type NodeSpec,
  type TensorData,
  writeModel,
} from '#inference'

/** Engines that run a model, on one thread each. */
const engines = ['pars', 'web', 'node'] as const
type Engine = (typeof engines)[number]

export interface Subject {
  readonly name: string
  readonly macs: number
  readonly run: Readonly<Record<Engine, () => unknown>>
}

export interface Input {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer>
}

web.env.wasm.numThreads = 1
web.env.logLevel = 'error'

/** A model of one node, of an input `x` and constants, ready to run. */
export async function subjectOf(
  name: string,
  input: Input,
  output: readonly number[],
  node: Omit<NodeSpec, 'outputs'>,
  constants: readonly InitializerSpec[],
): Promise<Subject> {
  const { type, shape, data } = input
  const model = writeModel({
    opset: 13,
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type: 'int32', shape: output }],
    initializers: constants,
    nodes: [{ ...node, outputs: ['y'] }],
  })
  const program = compile(model, { limits: claimLimits })
  const one = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const
  const wasm = await web.InferenceSession.create(model, { ...one, executionProviders: ['wasm'] })
  const here = await native.InferenceSession.create(model, one)
  const bytes = new Uint8Array(data.buffer)
  const run = {
    pars: () => execute(program, bytes),
    web: async () => wasm.run({ x: new web.Tensor(type, data, shape) }),
    node: async () => here.run({ x: new native.Tensor(type, data, shape) }),
  }
  await demandEqual(name, run)
  return { name, macs: program.cost.macs, run }
}

/** What has another result isn't compared. */
async function demandEqual(name: string, run: Subject['run']): Promise<void> {
  const expected = Buffer.from(run.pars() as Uint8Array)
  for (const engine of ['web', 'node'] as const) {
    const { y } = (await run[engine]()) as { readonly y: { readonly data: TensorData } }
    const { buffer, byteOffset, byteLength } = y.data
    if (!expected.equals(new Uint8Array(buffer, byteOffset, byteLength))) {
      throw new Error(`${name}: onnxruntime-${engine} has another result`)
    }
  }
}
