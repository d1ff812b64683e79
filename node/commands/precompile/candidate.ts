/** What is to be tested: an installed package, or a folder as it would be published. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { Fault } from '#base'
import { findPackage, readManifest } from '#precompiles'

export interface Candidate extends AsyncDisposable {
  /** The name that it is installed under, or that of its package.json. */
  readonly module: string
  /** Of its package.json. */
  readonly version: string
  /** The folder of its sources; undefined when it is installed. */
  readonly sources: string | undefined
  /** Where its files are, and no others. */
  readonly folder: string
}

/**
 * @param target A path, which starts with `.` or is absolute, or else the name of a package.
 * @param project The folder from which packages are found.
 * Throws `PRECOMPILE_NOT_INSTALLED`, `PRECOMPILE_MANIFEST` or `NODE_NPM_PACK`.
 */
export async function candidate(target: string, project: string): Promise<Candidate> {
  const isPath = target.startsWith('.') || path.isAbsolute(target)
  const place = isPath ? path.resolve(target) : await findPackage(target, path.resolve(project))
  const { name, version } = await readManifest(place)
  const facts = {
    // npm installs a second version of a package under an alias.
    module: isPath && typeof name === 'string' ? name : target,
    version: typeof version === 'string' ? version : 'none',
  }
  // What npm has installed is what was published; a link leads to sources.
  const home = await realpath(place)
  if (home.split(path.sep).includes('node_modules')) {
    const installed = { ...facts, folder: home, sources: undefined }
    return { ...installed, [Symbol.asyncDispose]: async () => undefined }
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'pars-precompile-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    for (const file of await publishedFiles(home)) {
      await cp(path.join(home, file), path.join(folder, file))
    }
  } catch (error) {
    await remove()
    throw error
  }
  return { ...facts, folder, sources: isPath ? target : home, [Symbol.asyncDispose]: remove }
}

/** The files that `npm pack` would put into the package's tarball. */
async function publishedFiles(folder: string): Promise<readonly string[]> {
  const isWindows = process.platform === 'win32'
  const parameters = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline']
  try {
    const { stdout } = await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', parameters, {
      cwd: folder,
      shell: isWindows,
    })
    const [report] = JSON.parse(stdout) as readonly { files: readonly { path: string }[] }[]
    return (report?.files ?? []).map((file) => file.path)
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string }
    const [reason] = (stderr ?? '').trim().split('\n')
    throw new Fault(
      { code: 'NODE_NPM_PACK', folder, reason: `${String(code)} ${reason}`.trim() },
      'npm pack says which files are published: make it work in that folder',
      { cause: error },
    )
  }
}
