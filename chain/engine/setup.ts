import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'

import { Fault } from '#base'
import { type Genesis, parseGenesis } from '#genesis'
import {
  discover,
  findPackage,
  importPackage,
  loadPackage,
  loadPlugin,
  packageIntegrity,
  type Precompile,
} from '#precompiles'

import { parsProfile, type ParsProfile } from '../pars/profile.ts'
import type { InstalledPackage } from '../pars/schedule.ts'

/** What a thread of the chain is started with: plain data, so that it crosses threads. */
export interface ThreadInit {
  /** The folder of the store. */
  readonly path: string
  /** The genesis document, as JSON text. */
  readonly genesis: string
  readonly archive: boolean
  /**
   * The plugins of others that the operator lets in: names of packages, which run where the genesis
   * names them; and, for development, paths of files.
   */
  readonly modules: readonly string[]
  /** Absolute: the folder from which packages are found. Needed where the genesis or `modules` names one. */
  readonly project?: string | undefined
}

/** What the engine thread is started with. */
export interface EngineThreadInit extends ThreadInit {
  /** As generation.ts has it; shared with the readers. */
  readonly generation: Int32Array
}

/** What a reader thread is started with. */
export interface ReaderInit extends EngineThreadInit {
  /** As `Cancellations` has them. */
  readonly cancelled: Int32Array
}

/**
 * The rules of the network that `genesis` describes. Every thread builds the same. Throws
 * `CHAIN_PRECOMPILE_LOAD`, `CHAIN_PROJECT_MISSING`, and as `loadPackage` and `parsProfile`.
 */
export async function loadProfile(
  init: ThreadInit,
  engines: ParsProfile['engines'] = {},
): Promise<ParsProfile> {
  const genesis = parseGenesis(init.genesis)
  const files: Precompile[] = []
  for (const file of init.modules.filter(isFile)) {
    files.push(loadPlugin(await importFile(file), file))
  }
  const packages = await loadPackages(genesis, init)
  return parsProfile(genesis, [...(await discover()), ...files], engines, packages)
}

/** Throws what keeps this node from running the network, before anything is written. */
export async function checkNetwork(
  network: Pick<ThreadInit, 'genesis' | 'modules' | 'project'>,
): Promise<void> {
  await loadProfile({ ...network, path: '', archive: false })
}

/** Those of the genesis, and what the operator lets in beside: an upgrade may name it. */
async function loadPackages(
  { precompiles }: Genesis,
  { modules, project }: Pick<ThreadInit, 'modules' | 'project'>,
): Promise<ReadonlyMap<string, InstalledPackage>> {
  const packages = new Map<string, InstalledPackage>()
  for (const { module, version, integrity } of precompiles) {
    if (module === undefined || integrity === undefined) continue
    if (project === undefined) throw noProject(module)
    const source = { project, allowed: modules }
    const plugin = await loadPackage({ module, version, integrity }, source)
    packages.set(module, { plugin, integrity })
  }
  for (const module of modules) {
    if (isFile(module) || packages.has(module)) continue
    if (project === undefined) throw noProject(module)
    const folder = await findPackage(module, project)
    const integrity = await packageIntegrity(folder)
    packages.set(module, { plugin: await importPackage(folder, module), integrity })
  }
  return packages
}

function isFile(module: string): boolean {
  return module.startsWith('.') || isAbsolute(module)
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault(
      { code: 'CHAIN_PRECOMPILE_LOAD', file, reason },
      'name a file that exports a plugin as its default',
      { cause: error },
    )
  }
}

function noProject(module: string): Fault<{ code: 'CHAIN_PROJECT_MISSING'; module: string }> {
  return new Fault(
    { code: 'CHAIN_PROJECT_MISSING', module },
    `packages are found from a project: name the folder of the one that has ${module} installed`,
  )
}
