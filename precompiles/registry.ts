import { glob } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** Finds plugins and checks their shape. Finding one makes its code available; it activates nothing. */
import { Fault, type Hex } from '#base'

import type { Precompile } from './plugin.ts'

/** Ethereum's own precompiles, present and to come, lie below. */
const lowestAddress = 0x200n
const version = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/

const shape: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(value),
  version: (value) => typeof value === 'string' && version.test(value),
  address: (value) =>
    typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value) && BigInt(value) >= lowestAddress,
  abi: (value) => value === null || Array.isArray(value),
  gasTable: (value) =>
    isObject(value) && Object.values(value).every((gas) => Number.isSafeInteger(gas)),
  vectors: (value) => isObject(value) && 'sequences' in value && Array.isArray(value.sequences),
  stateful: (value) => typeof value === 'boolean',
  gas: (value) => typeof value === 'function',
  run: (value) => typeof value === 'function',
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * The plugin that a module exports by default.
 *
 * @param module The module's namespace.
 * @param source Where it came from, for the fault `PRECOMPILE_SHAPE`.
 */
export function loadPlugin(module: unknown, source: string): Precompile {
  const plugin: unknown = isObject(module) && 'default' in module ? module.default : undefined
  if (!isObject(plugin)) {
    throw new Fault(
      { code: 'PRECOMPILE_SHAPE', source, field: 'default' },
      'export the plugin as the default of its module',
    )
  }
  for (const [field, isRight] of Object.entries(shape)) {
    if (isRight((plugin as Readonly<Record<string, unknown>>)[field])) continue
    throw new Fault({ code: 'PRECOMPILE_SHAPE', source, field }, `see Precompile.${field}`)
  }
  return plugin as Precompile
}

/**
 * Every plugin of `folder`, each in a folder of its own name with an `index.ts` (or `.js`), in the
 * order of their names. Throws `PRECOMPILE_LOAD`, `PRECOMPILE_SHAPE`, `PRECOMPILE_NAME` or
 * `PRECOMPILE_ADDRESS_TAKEN`.
 */
export async function discover(folder = import.meta.dirname): Promise<readonly Precompile[]> {
  const file = `index${path.extname(import.meta.filename)}`
  const found = await Array.fromAsync(glob(`*/${file}`, { cwd: folder }))
  const names = found.map((entry) => path.dirname(entry)).toSorted()
  const plugins: Precompile[] = []
  for (const name of names) plugins.push(await loadFolder(path.join(folder, name), name, file))
  checkAddresses(plugins)
  return plugins
}

async function loadFolder(folder: string, name: string, file: string): Promise<Precompile> {
  const plugin = loadPlugin(await importFile(path.join(folder, file), name), name)
  if (plugin.name === name || `${plugin.name}@${plugin.version}` === name) return plugin
  throw new Fault(
    { code: 'PRECOMPILE_NAME', folder: name, name: plugin.name },
    'name the folder as the plugin, or name@version beside another version of it',
  )
}

async function importFile(file: string, name: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault({ code: 'PRECOMPILE_LOAD', folder: name, reason }, undefined, { cause: error })
  }
}

/** Throws `PRECOMPILE_ADDRESS_TAKEN` when two of `plugins` claim one address. */
export function checkAddresses(plugins: readonly Precompile[]): void {
  const owners = new Map<Hex, string>()
  for (const { address, name } of plugins) {
    const owner = owners.get(address)
    if (owner !== undefined && owner !== name) {
      throw new Fault(
        { code: 'PRECOMPILE_ADDRESS_TAKEN', address, first: owner, second: name },
        'give each plugin an address of its own',
      )
    }
    owners.set(address, name)
  }
}
