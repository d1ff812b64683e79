import type { Command } from 'commander'

import { buildModel, type BuiltModel, writeBuilt } from '../../models/built.ts'
import { readWhole } from '../../models/files.ts'
import { addJsonOption } from '../arguments.ts'
import { print } from '../printing.ts'

interface BuildFlags {
  readonly out?: string
  readonly committed: boolean
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'an ONNX model of integers; `pars model quantize` makes one')
    .option('--out <folder>', 'where to write what is registered, and the weights that stay here')
    .option('--committed', 'its answers are claimed, though it could run on the chain', false)
    .addHelpText(
      'after',
      `
A model within the limits of 0x0303 is executable: contracts run it. A larger one is committed: the
chain has its graph and the roots of its weights, and its answers are claimed with bonds. Whoever
claims or challenges needs the folder.`,
    )
  addJsonOption(command).action(async (file: string, flags: BuildFlags) => {
    const wanted = flags.committed ? 'committed' : undefined
    const built = buildModel(await readWhole(file), wanted)
    const facts = builtFacts(built)
    if (flags.out !== undefined) await writeBuilt(flags.out, built, facts)
    print(flags.json, flags.out === undefined ? facts : { ...facts, folder: flags.out })
  })
}

export function builtFacts({ kind, hash, bytes, weights, program, refusal }: BuiltModel) {
  const { macs, elements, inputBytes, outputBytes, peakBytes } = program.cost
  return {
    kind,
    hash,
    bytes: bytes.length,
    weights: weights.size,
    weightBytes: [...weights.values()].reduce((all, { length }) => all + length, 0),
    nodes: program.nodes.length,
    macs,
    elements,
    inputBytes,
    outputBytes,
    peakBytes,
    inputs: program.inputs.map(valueText),
    outputs: program.outputs.map(valueText),
    ...(refusal === undefined ? {} : { notExecutable: refusal.message }),
  }
}

function valueText(value: {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
}): string {
  return `${value.name}: ${value.type}[${value.shape.join(', ')}]`
}
