/** Real `pars` processes: started, asked over JSON-RPC, ended, and never left behind. */
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'

const root = path.join(import.meta.dirname, '../..')
const program = path.join(root, 'node/cli.ts')
/** Node's usual place: dozens of processes compile the same sources. */
const compileCache = path.join(tmpdir(), 'node-compile-cache')

/** Variables that a command finds set besides those of the test. */
export type Environment = Readonly<Record<string, string>>

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** One process of the command line. */
export class Command {
  readonly process: ChildProcessByStdio<null, Readable, Readable>
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''
  readonly #watchers = new Set<() => void>()

  constructor(parameters: readonly string[], environment: Environment = {}) {
    this.process = spawn(process.execPath, [program, ...parameters], {
      cwd: root,
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process.stdout.on('data', (data) => this.#grow('stdout', String(data)))
    this.process.stderr.on('data', (data) => this.#grow('stderr', String(data)))
    this.ended = once(this.process, 'close').then(([code]) => {
      for (const watcher of this.#watchers) watcher()
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr }
    })
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** Resolves with the first match in what it printed; rejects when it ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
        if (match === null && this.isRunning) return
        this.#watchers.delete(look)
        if (match !== null) resolve(match)
        else reject(new Error(`ended without ${pattern}:\n${this.stdout}${this.stderr}`))
      }
      this.#watchers.add(look)
      look()
    })
  }

  async kill(signal: NodeJS.Signals): Promise<Ended> {
    if (this.isRunning) this.process.kill(signal)
    return this.ended
  }

  #grow(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text
    for (const watcher of this.#watchers) watcher()
  }
}

export interface RpcAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** A node that has said that it is ready. */
export class Node {
  readonly command: Command
  readonly url: string
  /** What each request brings beside its type. */
  headers: Readonly<Record<string, string>> = {}

  constructor(command: Command, url: string) {
    this.command = command
    this.url = url
  }

  async answers(calls: readonly (readonly [method: string, ...params: unknown[]])[]) {
    const body = calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }))
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers },
      body: JSON.stringify(body),
    })
    const answers = (await response.json()) as RpcAnswer[]
    return answers.toSorted((a, b) => a.id - b.id)
  }

  async answer(method: string, ...params: unknown[]): Promise<RpcAnswer> {
    return (await this.answers([[method, ...params]]))[0]!
  }

  /** The result; an error fails the test. */
  async ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const { result, error } = await this.answer(method, ...params)
    assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`)
    return result as Result
  }

  async askAll<Result>(calls: Parameters<Node['answers']>[0]): Promise<Result[]> {
    const results: Result[] = []
    for (let start = 0; start < calls.length; start += 500) {
      const answers = await this.answers(calls.slice(start, start + 500))
      for (const { result, error } of answers) {
        assert.equal(error, undefined, JSON.stringify(error))
        results.push(result as Result)
      }
    }
    return results
  }

  /** The receipt, once there is one. */
  async receipt<Receipt>(hash: string): Promise<Receipt> {
    for (;;) {
      const receipt = await this.ask<Receipt | null>('eth_getTransactionReceipt', hash)
      if (receipt !== null) return receipt
    }
  }

  stop(): Promise<Ended> {
    return this.command.kill('SIGTERM')
  }
}

/** A folder and every process that a test started, gone when it is disposed of. */
export class Bench implements AsyncDisposable {
  readonly #commands: Command[] = []
  #folder: string | undefined

  path(...names: readonly string[]): string {
    this.#folder ??= mkdtempSync(path.join(tmpdir(), 'pars-e2e-'))
    return path.join(this.#folder, ...names)
  }

  /** What its commands find set from now on. */
  environment: Environment = {}

  start(...parameters: readonly string[]): Command {
    const command = new Command(parameters, this.environment)
    this.#commands.push(command)
    return command
  }

  /** Runs a command to its end. */
  run(...parameters: readonly string[]): Promise<Ended> {
    return this.start(...parameters).ended
  }

  /** Starts `pars run` or `pars dev` on a free port and waits until it is ready. */
  async node(...parameters: readonly string[]): Promise<Node> {
    const command = this.start(...parameters, '--port', '0')
    const [, url] = await command.printed(/(?:JSON-RPC\s+|rpc=|"rpc":")(http:\/\/[\d.:]+)/)
    return new Node(command, url!)
  }

  /** A dev network of its own, with short blocks. Gives the file of its genesis. */
  async network(name: string, ...flags: readonly string[]): Promise<string> {
    const file = this.path(`${name}.json`)
    const { code, stderr } = await this.run(
      'init',
      '--dev',
      '--chain-id',
      '7227',
      '--name',
      name,
      '--block-ms',
      '100',
      '--out',
      file,
      ...flags,
    )
    assert.equal(code, 0, stderr)
    return file
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#commands.map((command) => command.kill('SIGKILL')))
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** One coded line on standard error, no stack trace, and the exit code. */
export function assertRefused({ code, stderr }: Ended, exitCode: number, pattern: RegExp): void {
  assert.match(stderr, pattern)
  assert.equal(code, exitCode, stderr)
  assert.doesNotMatch(stderr, /\n\s+at /)
}

export interface Failure {
  readonly code: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly cure: string | null
  readonly exitCode: number
}

/** What a command with --json says when it fails: one object, alone on standard error. */
export function failureIn({ code, stderr }: Ended): Failure {
  const failure = JSON.parse(stderr) as Failure
  assert.deepEqual(Object.keys(failure), ['code', 'facts', 'cure', 'exitCode'])
  assert.equal(failure.exitCode, code)
  return failure
}
