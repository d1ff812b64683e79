/** docs/guides/validator.md, done as its readers would, all of them in one shell. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { freePorts } from './cluster.ts'
import { blocksOf, patternOf } from './guide.ts'
import { Bench } from './node.ts'
import { Shell } from './shell.ts'

const cli = path.join(import.meta.dirname, '../../node/cli.ts')

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the guide for validators', function () {
  this.timeout(180_000)

  const blocks = blocksOf('docs/guides/validator.md')
  const bench = new Bench()
  const folder = bench.path('validators')
  let environment: NodeJS.ProcessEnv
  let atPorts: (text: string) => string
  let shell: Shell
  let devnet: ChildProcess | undefined
  let printed = ''

  before(async function () {
    if (process.platform === 'win32') this.skip()
    const bin = bench.path('bin')
    for (const one of [folder, bin]) mkdirSync(one, { recursive: true })
    writeFileSync(path.join(bin, 'pars'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`)
    chmodSync(path.join(bin, 'pars'), 0o755)
    const first = await freePorts(12)
    const ports = { 8545: first, 8548: first + 3, 30300: first + 4, 30400: first + 8 }
    atPorts = (text) =>
      Object.entries(ports).reduce((all, [port, free]) => all.replaceAll(port, String(free)), text)
    environment = {
      ...process.env,
      HOME: bench.path('home'),
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
      // Where a reader's node is.
      PARS_RPC: `http://127.0.0.1:${first}`,
    }
    shell = new Shell(folder, environment)
  })
  after(async () => {
    devnet?.kill('SIGTERM')
    for (const pid of leftRunning()) process.kill(pid, 'SIGKILL')
    await shell?.[Symbol.asyncDispose]()
    await bench[Symbol.asyncDispose]()
  })

  /** Of nodes that a failed test has not stopped. */
  function leftRunning(): readonly number[] {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return files
      .filter((file) => path.basename(file) === 'pid')
      .map((file) => Number(readFileSync(path.join(folder, file), 'utf8')))
      .filter(isRunning)
  }

  /** In another terminal of the reader, until it says that it is ready. */
  async function leaveRunning(line: string): Promise<void> {
    const child = spawn('sh', ['-c', `exec ${line}`], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    devnet = child
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (data) => {
        printed += String(data)
        if (printed.includes(' ready')) resolve()
      })
      child.once('close', () => reject(new Error(printed)))
    })
  }

  /** Ctrl-C in its terminal. Gives the last line. */
  async function interrupt(): Promise<string> {
    assert.ok(devnet !== undefined)
    const ended = once(devnet, 'close')
    devnet.kill('SIGINT')
    await ended
    devnet = undefined
    return `${printed.trimEnd().split('\n').at(-1)}\n`
  }

  for (const [index, { language, text }] of blocks.entries()) {
    const [first = ''] = text.split('\n')
    const isOutput = blocks[index - 1]?.language === 'sh'
    if (language === 'text' && !isOutput) {
      it(`says what Ctrl-C prints: ${first}`, async () => {
        assert.match(await interrupt(), patternOf(text))
      })
    }
    if (language !== 'sh') continue
    const next = blocks[index + 1]
    const expected = next?.language === 'text' ? next.text : undefined
    it(`says what becomes of ${first}`, async () => {
      if (text.startsWith('pars devnet ')) return leaveRunning(atPorts(first))
      const output = await shell.run(atPorts(text))
      if (expected === undefined) assert.doesNotMatch(output, /^pars: |"exitCode"/m)
      else assert.match(output, patternOf(expected))
      return undefined
    })
  }
})
