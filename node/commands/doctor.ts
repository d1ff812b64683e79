import process from 'node:process'
import { styleText } from 'node:util'

import type { Command } from 'commander'

import { finding, type Finding, ok } from '../doctor/finding.ts'
import { clock, cryptography, runtime, store } from '../doctor/machine.ts'
import { chain, disk, folder, keys, port } from '../doctor/place.ts'
import { exitCodes } from '../exit-codes.ts'
import { rpcOffer } from '../rpc-offer.ts'
import { addJsonOption, addKeysOption } from './arguments.ts'
import { addNodeOptions, networkIn, nodeSettings, runOptions, usualSettings } from './options.ts'

interface DoctorFlags {
  readonly keys: string
  readonly rpc?: string
  readonly json: boolean
}

export function configure(command: Command): void {
  command.option('--rpc <url>', 'of a node whose clock is compared with this one')
  addKeysOption(command)
  addJsonOption(addNodeOptions(command)).action(async (flags: DoctorFlags) => {
    const findings: Finding[] = []
    for await (const one of examine(command, flags)) {
      findings.push(one)
      if (!flags.json) process.stdout.write(line(one))
    }
    const healthy = findings.every(({ status }) => status !== 'failed')
    if (flags.json) process.stdout.write(`${JSON.stringify({ healthy, findings })}\n`)
    if (!healthy) process.exitCode = exitCodes.failure
  })
}

async function* examine(command: Command, flags: DoctorFlags): AsyncGenerator<Finding> {
  yield finding('runtime', runtime)
  yield finding('cryptography', cryptography)
  yield finding('store', store)
  yield finding('keys', () => keys(flags.keys))
  const { rpc } = flags
  if (rpc !== undefined) yield finding('clock', () => clock(rpc))
  yield* examineNode(command)
}

/** What depends on settings: nothing more is looked at where they are wrong. */
async function* examineNode(command: Command): AsyncGenerator<Finding> {
  let settings: Awaited<ReturnType<typeof nodeSettings>> | undefined
  yield await finding('settings', async () => {
    settings = await nodeSettings(command, usualSettings.run)
    await rpcOffer(runOptions(settings.config))
    return ok(settings.file ?? 'no file')
  })
  if (settings === undefined) return
  const options = runOptions(settings.config)
  let network: Awaited<ReturnType<typeof networkIn>> | undefined
  yield await finding('network', async () => {
    if (settings?.config.genesis === undefined) return ok('none named: --genesis')
    network = await networkIn(settings)
    return ok(`${network.genesis.name}, chain id ${network.genesis.chainId}`)
  })
  yield finding('port', () => port(options, network?.genesis))
  if (network === undefined) return
  const { genesis, data } = network
  yield finding('data folder', () => folder(data))
  yield finding('disk', () => disk(data))
  yield finding('chain', () => chain({ ...options, genesis, data }))
}

const colours = { ok: 'green', warning: 'yellow', failed: 'red' } as const

function line({ check, status, found, cure }: Finding): string {
  const mark = styleText(colours[status], status.padEnd(8), { stream: process.stdout })
  const text = `${mark}${check.padEnd(14)}${found}\n`
  return cure === undefined ? text : `${text}${' '.repeat(22)}${cure}\n`
}
