/** A plugin of a third party that does what no plugin should, as the first byte of a call says. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { unhex } from '#base'
import type { Genesis, ScheduledPrecompile } from '#genesis'
import { loadPlugin, specHash } from '#precompiles'

import { devNetwork } from './network.ts'

/** What the first byte asks for. */
export const deeds = {
  /** Answers with its input. */
  echo: 0,
  /** Throws what every machine would throw. */
  throw: 1,
  /** Exhausts the stack, every time. */
  exhaust: 2,
  /** Exhausts the stack in the first thread that runs it. */
  exhaustOnce: 3,
} as const

const address = '0x0000000000000000000000000000000000000900'
export const hostileAddress = unhex(address)

const source = `
import { existsSync, writeFileSync } from 'node:fs'
const marker = new URL('./marker', import.meta.url)
const dive = (depth) => dive(depth + 1) + 1
const deeds = [
  (input) => input,
  () => { throw new Error('not today') },
  () => dive(0),
  (input) => {
    if (existsSync(marker)) return input
    writeFileSync(marker, '')
    return dive(0)
  },
]
export default {
  name: 'hostile',
  version: '1.0.0',
  address: '${address}',
  abi: null,
  gasTable: { call: 100 },
  vectors: { sequences: [] },
  stateful: false,
  gas: () => 100n,
  run: (input) => deeds[input[0]](input),
}
`

/** Writes the plugin into `folder`; gives its file and the genesis of a network that has it. */
export async function hostileNetwork(
  folder: string,
  changes: Partial<Genesis> = {},
): Promise<{ readonly file: string; readonly genesis: Genesis }> {
  const file = path.join(folder, 'hostile.mjs')
  writeFileSync(file, source)
  const plugin = loadPlugin((await import(pathToFileURL(file).href)) as unknown, file)
  const entry: ScheduledPrecompile = {
    name: plugin.name,
    version: plugin.version,
    specHash: specHash(plugin),
    address: hostileAddress,
    from: 0n,
    module: undefined,
    integrity: undefined,
  }
  const genesis = devNetwork(changes)
  return { file, genesis: { ...genesis, precompiles: [...genesis.precompiles, entry] } }
}
