import { readFile, realpath } from 'node:fs/promises'
import { type LoadHookSync, registerHooks, type ResolveHookSync } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Plugins by others: found by the name of their package, held against what the genesis says of it. */
import { Fault, isFault } from '#base'

import { packageIntegrity } from './integrity.ts'
import type { Precompile } from './plugin.ts'
import { loadPlugin } from './registry.ts'

/** What a schedule says of a plugin in a package. */
export interface PackageEntry {
  /** The npm package. */
  readonly module: string
  readonly version: string
  /** As `packageIntegrity` computes it. */
  readonly integrity: string
}

export interface PackageSource {
  /** Absolute: the folder whose `node_modules` is looked into, then those of the folders above. */
  readonly project: string
  /** The packages whose code the operator lets into the node. */
  readonly allowed: readonly string[]
}

/**
 * The plugin of an installed package. No code of the package runs before its files are known to be
 * those that `entry` names. Throws `PRECOMPILE_NOT_ALLOWED`, `PRECOMPILE_NOT_INSTALLED`,
 * `PRECOMPILE_VERSION`, `PRECOMPILE_INTEGRITY`, and as `packageIntegrity` and `importPackage`.
 *
 * @see PIP-0003 "Packages"
 */
export async function loadPackage(
  entry: PackageEntry,
  { project, allowed }: PackageSource,
): Promise<Precompile> {
  const { module, version } = entry
  if (!allowed.includes(module)) {
    throw new Fault(
      { code: 'PRECOMPILE_NOT_ALLOWED', module, version },
      `the genesis runs code of this package inside the node: review it, then start with --plugins ${module}`,
    )
  }
  const folder = await findPackage(module, project)
  const found = await packageVersion(folder)
  if (found !== version) {
    throw new Fault(
      { code: 'PRECOMPILE_VERSION', module, expected: version, found, folder },
      `install the version that the genesis names: npm install --ignore-scripts ${module}@${version}`,
    )
  }
  const integrity = await packageIntegrity(folder)
  if (integrity !== entry.integrity) {
    throw new Fault(
      { code: 'PRECOMPILE_INTEGRITY', module, expected: entry.integrity, found: integrity, folder },
      'the files differ from those that the genesis was made with: remove the folder and install the published package, not a link to its sources',
    )
  }
  return importPackage(folder, module)
}

/**
 * The folder of the installed package `module`, as Node would find it from `project`. Throws
 * `PRECOMPILE_NOT_INSTALLED`.
 */
export async function findPackage(module: string, project: string): Promise<string> {
  for (let folder = project; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', module)
    if (await isPackage(candidate)) return candidate
    if (path.dirname(folder) === folder) break
  }
  throw new Fault(
    { code: 'PRECOMPILE_NOT_INSTALLED', module, project },
    (await isPackage(path.join(project, module)))
      ? `its sources are there: name the folder, ./${module}, where a path will do; or install what it publishes: npm pack --ignore-scripts ./${module}, then npm install --ignore-scripts with the tarball`
      : `run npm install --ignore-scripts there, with the package that its authors name, or name the folder that has it with --project`,
  )
}

function isPackage(folder: string): Promise<boolean> {
  return readFile(path.join(folder, 'package.json')).then(
    () => true,
    () => false,
  )
}

async function packageVersion(folder: string): Promise<string> {
  const manifest = await readManifest(folder)
  return typeof manifest['version'] === 'string' ? manifest['version'] : 'none'
}

/** The members of a package.json. Throws `PRECOMPILE_MANIFEST`. */
export async function readManifest(folder: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
    if (typeof manifest === 'object' && manifest !== null) return { ...manifest }
    throw new TypeError('no object')
  } catch (error) {
    throw manifestFault(folder, error instanceof Error ? error.message : String(error))
  }
}

function manifestFault(folder: string, reason: string): Fault {
  const cure = 'name the folder of a package, with a package.json that is right'
  return new Fault({ code: 'PRECOMPILE_MANIFEST', folder, reason }, cure)
}

/**
 * Imports the plugin of the package in `folder`, whose modules may import one another and nothing
 * else: so its integrity covers all code that runs. That keeps out accidents, and is no boundary: in
 * the node's process code finds other ways (`process.getBuiltinModule`), so that review decides.
 * Checks no integrity. Throws `PRECOMPILE_MANIFEST`, `PRECOMPILE_IMPORT`, `PRECOMPILE_FORMAT`,
 * `PRECOMPILE_LOAD` or `PRECOMPILE_SHAPE`.
 */
export async function importPackage(folder: string, name: string): Promise<Precompile> {
  const home = await realpath(folder)
  const entry = pathToFileURL(path.join(home, entryOf(await readManifest(folder)))).href
  if (!isInside(entry, home)) throw manifestFault(folder, 'its entry is no file of its own')
  confine(home, name)
  try {
    return loadPlugin(await import(entry), name)
  } catch (error) {
    if (isFault(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault({ code: 'PRECOMPILE_LOAD', folder, reason }, 'mend it as the reason says', {
      cause: error,
    })
  }
}

/** The packages of this thread by their folders. */
const confined = new Map<string, string>()

/** From now on modules of the package in `home` import one another only, now and while they run. */
function confine(home: string, name: string): void {
  if (confined.size === 0) registerHooks({ resolve: resolveConfined, load: loadConfined })
  confined.set(home, name)
}

const resolveConfined: ResolveHookSync = (specifier, context, next) => {
  const resolved = next(specifier, context)
  for (const [home, name] of confined) {
    if (!isInside(context.parentURL, home) || isInside(resolved.url, home)) continue
    throw new Fault(
      { code: 'PRECOMPILE_IMPORT', package: name, specifier },
      'a package of a precompile imports its own files only: copy or bundle what it needs',
    )
  }
  return resolved
}

/** CommonJS requires without asking the hooks. */
const loadConfined: LoadHookSync = (url, context, next) => {
  const loaded = next(url, context)
  const { format } = loaded
  for (const [home, name] of confined) {
    if (!isInside(url, home) || format === 'module' || format === 'json') continue
    const file = path.relative(home, fileURLToPath(url))
    throw new Fault(
      { code: 'PRECOMPILE_FORMAT', package: name, file, format: format ?? 'none' },
      'a precompile is ECMAScript modules and JSON: say "type": "module" in package.json, and leave CommonJS out',
    )
  }
  return loaded
}

/** What `exports` names for the package itself, or `main`; index.js where neither does. */
function entryOf({ exports, main }: Readonly<Record<string, unknown>>): string {
  const own = isRecord(exports) && '.' in exports ? exports['.'] : exports
  const file = isRecord(own) ? (own['default'] ?? own['import']) : own
  return [file, main].find((name) => typeof name === 'string') ?? 'index.js'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Whether `url` is a file that the integrity of the package in `home` covers. */
function isInside(url: string | undefined, home: string): boolean {
  if (url?.startsWith('file:') !== true) return false
  const place = path.relative(home, fileURLToPath(url))
  return place.split(path.sep)[0] !== '..' && !path.isAbsolute(place)
}
