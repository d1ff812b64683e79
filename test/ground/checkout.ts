import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const repository = path.resolve(import.meta.dirname, '../..')

/** The Node and the npm that started the tests: the reader's own, perhaps older than ours. */
export const hostNode = process.env['npm_node_execpath'] ?? process.execPath
export const hostNpm = process.env['npm_execpath'] ?? findNpm()

function findNpm(): string {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const command = path.join(folder, 'npm')
    if (existsSync(command)) return realpathSync(command)
  }
  throw new Error('npm is not on PATH')
}

const pretence = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`

/** Options under which this Node is, as far as the launcher can tell, the oldest that README allows. */
export const oldNode = ['--import', `data:text/javascript,${encodeURIComponent(pretence)}`]

/**
 * Stands in for the registry alone: `npm ci` of a checkout puts one package into node_modules and
 * writes a line into `installs`. FAKE_NPM makes it fail halfway, wait halfway for a signal, or
 * forget the end.
 */
const npm = `#!${process.execPath}
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'

appendFileSync(process.env.FAKE_NPM_LOG, process.argv.slice(2).join(' ') + '\\n')
mkdirSync('node_modules/one', { recursive: true })
writeFileSync('node_modules/one/package.json', '{}')
if (process.env.FAKE_NPM === 'fail') process.exit(3)
if (process.env.FAKE_NPM === 'wait') {
  console.log('half installed')
  const parent = process.ppid
  setInterval(() => process.ppid === parent || process.exit(1), 100)
} else {
  mkdirSync('node_modules/two')
  if (process.env.FAKE_NPM !== 'forget') writeFileSync('node_modules/.package-lock.json', '{}')
  writeFileSync('node_modules/two/package.json', '{}')
}
`

/** How a process that a test started has ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A started process, its output gathered. */
export class Run {
  readonly child: ChildProcess
  /** Resolves when the process, and everyone who inherited its streams, is gone. */
  readonly ended: Promise<Ended>
  #stdout = ''
  #stderr = ''

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    this.child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += String(chunk)))
    this.child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += String(chunk)))
    this.ended = once(this.child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }))
  }

  /** Resolves once the output contains `part`; rejects when the process ends without. */
  async said(part: string): Promise<void> {
    const isSaid = () => this.#stdout.includes(part) || this.#stderr.includes(part)
    const hasEnded = this.ended.then(() => true)
    while (!isSaid()) {
      const more = [this.child.stdout, this.child.stderr].map((stream) =>
        stream === null ? [] : once(stream, 'data'),
      )
      const isOver = await Promise.race([hasEnded, ...more])
      if (isOver === true && !isSaid()) {
        throw new Error(`ended without saying ${part}: ${this.#stdout}${this.#stderr}`)
      }
    }
  }
}

/** A small project in a temporary folder, with this repository's launcher in it. */
export class Checkout implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), 'pars-ground-'))
  readonly #runs = new Set<Run>()

  constructor() {
    cpSync(path.join(repository, 'bin'), this.file('bin'), { recursive: true })
    this.write('package.json', '{"name":"checkout","type":"module","imports":{}}')
    this.write('package-lock.json', '{"lockfileVersion":3}')
    this.write('path/npm', npm, 0o755)
  }

  file(name: string): string {
    return path.join(this.root, name)
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8')
  }

  write(name: string, content: string, mode = 0o644): void {
    mkdirSync(path.dirname(this.file(name)), { recursive: true })
    writeFileSync(this.file(name), content, { mode })
  }

  /** The command lines that the registry's stand-in was called with. */
  get installs(): readonly string[] {
    try {
      return this.read('installs').trimEnd().split('\n')
    } catch {
      return []
    }
  }

  launch(args: readonly string[], options: LaunchOptions = {}): Run {
    const { node = process.execPath, nodeArgs = [], env = {} } = options
    return this.spawn(node, [...nodeArgs, this.file('bin/launch.js'), ...args], env)
  }

  spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
    const run = new Run(command, args, {
      cwd: this.root,
      env: {
        HOME: this.root,
        PATH: [this.file('path'), process.env['PATH']].join(path.delimiter),
        FAKE_NPM_LOG: this.file('installs'),
        npm_config_update_notifier: 'false',
        ...env,
      },
    })
    this.#runs.add(run)
    return run
  }

  [Symbol.dispose](): void {
    for (const { child } of this.#runs) child.kill('SIGKILL')
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 })
  }
}

interface LaunchOptions {
  readonly node?: string
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}
