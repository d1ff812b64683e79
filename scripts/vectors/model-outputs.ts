/**
 * Writes model-outputs.json: `node scripts/vectors/model-outputs.ts`. What onnxruntime makes of the
 * vectors' models, which it does not do synchronously.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { InferenceSession, Tensor } from 'onnxruntime-node'
import { toHex } from 'viem'

import { classifier, negation, type Sample } from './model-samples.ts'

const bytesOf = (hex: string): Uint8Array => Uint8Array.fromHex(hex.slice(2))

async function answers(
  { name, bytes }: Sample,
  inputs: readonly Uint8Array[],
  tensor: (input: Uint8Array) => Tensor,
): Promise<object[]> {
  const session = await InferenceSession.create(bytesOf(bytes))
  const rows: object[] = []
  for (const input of inputs) {
    const results = await session.run({ [session.inputNames[0] ?? '']: tensor(input) })
    const { data } = results[session.outputNames[0] ?? ''] as Tensor
    const { buffer, byteOffset, byteLength } = data as Uint8Array
    const output = toHex(new Uint8Array(buffer, byteOffset, byteLength))
    rows.push({ model: name, input: toHex(input), output })
  }
  return rows
}

const bytes = Array.from({ length: 6 }, (_, row) =>
  Uint8Array.from({ length: 8 }, (_value, at) => (31 * row * row + 57 * at * (row + 1)) % 256),
)
const bools = [0, 1, 2, 3].map((bits) => Uint8Array.of(bits & 1, bits >> 1))
const rows = [
  ...(await answers(classifier, bytes, (input) => new Tensor('uint8', input, [1, 8]))),
  ...(await answers(negation, bools, (input) => new Tensor('bool', input, [2]))),
]
const file = path.join(import.meta.dirname, 'model-outputs.json')
writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`)
