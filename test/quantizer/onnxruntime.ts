import { InferenceSession, Tensor } from 'onnxruntime-node'

import { compile, execute } from '#inference'

/** A model in onnxruntime, as a function of one input. */
export async function onnxruntime(
  model: Uint8Array,
  input: { readonly name: string; readonly shape: readonly number[] },
): Promise<
  (
    data: BigInt64Array<ArrayBuffer> | Float32Array | Uint16Array | Uint8Array,
  ) => Promise<Uint8Array>
> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  const [output = ''] = session.outputNames
  return async (data) => {
    const types = { 8: 'int64', 4: 'float32', 2: 'uint16', 1: 'uint8' } as const
    const type = types[data.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8]
    const tensor = new Tensor(type, data, input.shape)
    const results = await session.run({ [input.name]: tensor })
    const found = results[output]?.data as Float32Array
    return new Uint8Array(found.buffer, found.byteOffset, found.byteLength).slice()
  }
}

/** How many of `inputs` give other bytes in onnxruntime than in pars-int-1. */
export async function differences(
  model: Uint8Array,
  inputs: readonly Uint8Array[],
): Promise<number> {
  const program = compile(model)
  const [input] = program.inputs
  if (input === undefined) throw new Error('a model without inputs')
  const run = await onnxruntime(model, input)
  let different = 0
  for (const bytes of inputs) {
    const copy = new Uint8Array(bytes)
    const expected = await run(input.type === 'uint16' ? new Uint16Array(copy.buffer) : copy)
    if (Buffer.compare(expected, execute(program, bytes)) !== 0) different++
  }
  return different
}
