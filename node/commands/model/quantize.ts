import { writeFile } from 'node:fs/promises'

import { type Command, Option } from 'commander'

import { hex } from '#base'
import { sha3_256 } from '#crypto'
import { compile, claimLimits } from '#inference'
import { compare, openFloatModel, quantize, type QuantizeOptions } from '#quantizer'

import { reasonOf } from '../../files.ts'
import { unusableFile } from '../../models/faults.ts'
import { readWhole } from '../../models/files.ts'
import { limits } from '../../models/limits.ts'
import { samplesIn } from '../../models/samples.ts'
import { addJsonOption, listOf } from '../arguments.ts'
import { print } from '../printing.ts'

interface QuantizeFlags {
  readonly calibration: string
  readonly test?: string
  readonly labels?: string[]
  readonly output: NonNullable<QuantizeOptions['output']>
  readonly out: string
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'a float ONNX model of one input and one output')
    .requiredOption(
      '--calibration <file>',
      'samples of the input: a JSON list of lists, or little-endian 32-bit floats one after the other',
    )
    .option('--test <file>', 'other samples, to compare both models on')
    .option(
      '--labels <names>',
      'what the classes mean, between commas; written into the model',
      listOf,
    )
    .addOption(
      new Option('--output <form>', 'what it answers: numbers, coarse numbers, or the class alone')
        .choices(['int32', 'uint8', 'class'])
        .default('int32'),
    )
    .requiredOption('--out <file>', 'where to write the model of integers')
  addJsonOption(command).action(run)
}

async function run(file: string, flags: QuantizeFlags): Promise<void> {
  const model = await readWhole(file)
  const float = openFloatModel(model)
  const size = (float.graph.inputs[0]?.shape ?? []).reduce((all, each) => all * each, 1)
  const calibration = await samplesIn(flags.calibration, size)
  const { output, labels = [] } = flags
  const quantized = quantize(model, calibration, { output, labels })
  await writeFile(flags.out, quantized.model).catch((error: unknown) => {
    throw unusableFile(flags.out, reasonOf(error))
  })
  const { bytes, nodes, macs, elements, ...onCalibration } = quantized.report
  const program = compile(quantized.model, {
    limits: { ...claimLimits, modelBytes: limits.fileBytes.value },
  })
  const tested =
    flags.test === undefined
      ? {}
      : { test: compare(float, program, quantized, await samplesIn(flags.test, size)) }
  const hash = hex(sha3_256(quantized.model))
  print(flags.json, {
    file: flags.out,
    hash,
    bytes,
    nodes,
    macs,
    elements,
    calibration: onCalibration,
    ...tested,
  })
}
