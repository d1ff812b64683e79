/** Does what a guide says, as its reader would: files saved, commands run, output compared. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { isRegistryAway } from '../../lacking.ts'
import type { Block } from '../guide.ts'

const root = path.join(import.meta.dirname, '../../..')
const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  devDependencies: Readonly<Record<string, string>>
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The registry of packages could not be asked. */
export class Offline extends Error {}

/** No scripts of strangers, and an early end where the registry cannot be reached. */
const quick =
  '--ignore-scripts --no-audit --no-fund --fetch-retries 1 --fetch-retry-mintimeout 1000 --fetch-timeout 60000'
const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const foundry = ['forge', 'cast'].map((tool) =>
  path.join(root, `node_modules/@foundry-rs/${tool}-${process.platform}-${architecture}/bin`),
)

/** One shell, in which each block of commands finds what the last one left. */
export class Reader {
  readonly #home: string
  readonly #url: string
  readonly #linked = new Set<string>()
  #running: ChildProcess | undefined

  /**
   * @param home A folder that exists, where the reader begins.
   * @param url Of the node: stands in for the `http://127.0.0.1:8545` of the page.
   */
  constructor(home: string, url: string) {
    this.#home = home
    this.#url = url
    writeFileSync(this.#state, `cd ${home}\n`)
  }

  save(block: Block): void {
    assert.ok(block.file)
    const place = path.join(this.folder, block.file)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, this.#here(block.text))
  }

  /** Runs a block until a command fails. Its `npm install` takes from the checkout what is there. */
  async do({ text }: Block): Promise<Ran> {
    const [first = '', ...later] = text.split(/^npm install (.*)\n/m)
    let ran = await this.run(first)
    while (ran.code === 0 && later.length > 0) {
      const [packages = '', commands = ''] = later.splice(0, 2)
      await this.#install(packages.split(' '))
      ran = await this.run(commands)
    }
    return ran
  }

  async run(commands: string): Promise<Ran> {
    const remember = `{ export -p; printf 'cd %q\\n' "$PWD"; } > ${this.#state}`
    const script = ['set -e -o pipefail', `. ${this.#state}`, this.#here(commands), remember]
    const child = spawn('bash', ['-c', script.join('\n')], {
      env: {
        ...process.env,
        PATH: [path.dirname(process.execPath), ...foundry, process.env['PATH']].join(':'),
        HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
        NO_COLOR: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#running = child
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (output.stdout += String(data)))
    child.stderr.on('data', (data) => (output.stderr += String(data)))
    const [code] = (await once(child, 'close')) as [number | null]
    this.#running = undefined
    return { code, ...output }
  }

  /** Ends what a test left running when its time was up. */
  stop(): void {
    if (this.#running?.pid !== undefined) process.kill(-this.#running.pid, 'SIGKILL')
  }

  /** Where the reader is. */
  get folder(): string {
    const [, folder = ''] = /^cd (.*)$/m.exec(readFileSync(this.#state, 'utf8')) ?? []
    return folder
  }

  get #state(): string {
    return path.join(this.#home, '.state')
  }

  #here(text: string): string {
    return text.replaceAll('http://127.0.0.1:8545', this.#url)
  }

  async #install(packages: readonly string[]): Promise<void> {
    const strangers = packages.filter((wanted) => !this.#isHere(wanted))
    if (strangers.length > 0) {
      const command = `npm install ${quick} ${packages.join(' ')}`
      const { code, stderr } = await this.run(command)
      if (code !== 0 && isRegistryAway(stderr)) throw new Offline(stderr)
      assert.equal(code, 0, stderr)
    }
    for (const wanted of packages) this.#linked.add(nameOf(wanted))
    // npm takes away what it did not put there.
    for (const name of this.#linked) this.#link(name)
  }

  /** Whether this release is tested with it; another version than that is a mistake of the page. */
  #isHere(wanted: string): boolean {
    if (wanted === '../pars') return true
    const here = devDependencies[nameOf(wanted)]
    if (here !== undefined) assert.equal(wanted, `${nameOf(wanted)}@${here}`)
    return here !== undefined
  }

  #link(name: string): void {
    const place = path.join(this.folder, 'node_modules', name)
    if (existsSync(place)) return
    mkdirSync(path.dirname(place), { recursive: true })
    symlinkSync(name === 'pars' ? root : path.join(root, 'node_modules', name), place)
  }
}

function nameOf(wanted: string): string {
  return wanted === '../pars' ? 'pars' : wanted.slice(0, wanted.lastIndexOf('@'))
}
