import { type Command, Option } from 'commander'

import { concat, Fault, hex, type Hex, unhex } from '#base'
import { execute, type Program } from '#inference'

import { type BuiltModel, openModel, openRegistered } from '../../models/built.ts'
import { ask } from '../../models/contracts.ts'
import { type Named, runOnnxruntime } from '../../models/onnxruntime.ts'
import { modelOf } from '../../models/registry.ts'
import { inputOf, readingOf, tensorsOf } from '../../models/values.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, hashOf, type RpcFlags } from '../arguments.ts'
import { print } from '../printing.ts'
import { addInputOptions, type InputFlags } from './options.ts'

interface RunFlags extends InputFlags, RpcFlags {
  readonly engine: 'onnxruntime' | 'pars'
  readonly id?: Hex
}

export function configure(command: Command): void {
  command
    .argument('<model>', 'the folder of `pars model build`, or an ONNX file of integers')
    .addOption(
      new Option('--engine <name>', 'what runs it')
        .choices(['pars', 'onnxruntime'])
        .default('pars'),
    )
    .option('--id <id>', 'as which it is registered: 0x0303 is asked too', hashOf)
    .addHelpText(
      'after',
      `
onnxruntime runs in a process of its own, bounded in time and memory, and its answer is compared with
that of pars-int-1. Contracts get the answer of pars-int-1, on every machine.`,
    )
  addRpcOptions(addInputOptions(command)).action(run)
}

async function run(place: string, flags: RunFlags): Promise<void> {
  const rpc = flags.id === undefined ? undefined : new RpcClient(flags.rpc)
  const registered = flags.id && rpc ? await modelOf(rpc, flags.id) : undefined
  const built = registered ? await openRegistered(place, registered) : await openModel(place)
  const { program } = built
  const input = await inputOf(flags.input, program, flags.real)
  const output = execute(program, input)
  if (flags.engine === 'onnxruntime') {
    same('onnxruntime', output, await byOnnxruntime(built, input))
  }
  const isRun = registered?.kind === 'executable' && rpc !== undefined
  if (isRun) same('0x0303', output, await byChain(rpc, registered.id, input))
  print(flags.json, {
    ...readingOf(program, output),
    ...(flags.engine === 'onnxruntime' ? { onnxruntime: 'the same' } : {}),
    ...(isRun ? { chain: 'the same' } : {}),
  })
}

async function byOnnxruntime(
  { source, program }: BuiltModel,
  input: Uint8Array,
): Promise<Uint8Array> {
  if (source === undefined) {
    throw new Fault(
      { code: 'MODEL_ENGINE' },
      'onnxruntime needs weights in the model: name its ONNX file',
    )
  }
  const outputs = await runOnnxruntime(source, tensorsOf(program.inputs, input))
  return joined(program, outputs)
}

function joined({ outputs }: Program, found: readonly Named[]): Uint8Array {
  const byName = new Map(found.map((one) => [one.name, one]))
  return concat(
    ...outputs.map(({ name }) => {
      const { data } = byName.get(name) ?? { data: new Uint8Array(0) }
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    }),
  )
}

async function byChain(rpc: RpcClient, id: Hex, input: Uint8Array): Promise<Uint8Array> {
  const answer = await ask(rpc, 'infer', 'infer(bytes32,bytes)', unhex(id), { bytes: input })
  return answer.bytes(0)
}

function same(engine: string, own: Uint8Array, found: Uint8Array): void {
  if (hex(own) === hex(found)) return
  throw new Fault(
    { code: 'MODEL_DIFFERS', engine, own: short(own), found: short(found) },
    'report this as a defect, with the model: native u8 × s8 saturates on CPUs without VNNI, all else is exact',
  )
}

function short(bytes: Uint8Array): string {
  return hex(bytes).slice(0, 130)
}
