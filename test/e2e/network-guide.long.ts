/** docs/guides/network.md, done as a reader would do it: in one shell, with a second for what runs on. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { freePorts } from './cluster.ts'
import { type Block, blocksOf, patternOf } from './guide.ts'
import { Bench } from './node.ts'
import { Shell } from './shell.ts'

const cli = path.join(import.meta.dirname, '../../node/cli.ts')
const printed = ['8545', '8546', '8547'] as const

describe('the guide for networks', function () {
  this.timeout(180_000)

  const blocks = blocksOf('docs/guides/network.md')
  const bench = new Bench()
  const folder = bench.path('first-network')
  const running: ChildProcess[] = []
  let environment: NodeJS.ProcessEnv
  let atPorts: (text: string) => string
  let shell: Shell

  before(async function () {
    if (process.platform === 'win32') this.skip()
    const bin = bench.path('bin')
    for (const one of [folder, bin]) mkdirSync(one, { recursive: true })
    writeFileSync(path.join(bin, 'pars'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`)
    chmodSync(path.join(bin, 'pars'), 0o755)
    const first = await freePorts(printed.length)
    const ports = printed.map((_, index) => String(first + index))
    atPorts = (text) =>
      printed.reduce((all, port, index) => all.replaceAll(port, ports[index]!), text)
    environment = {
      ...process.env,
      HOME: bench.path('home'),
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
      // Where a reader's node is.
      PARS_RPC: `http://127.0.0.1:${ports[0]}`,
    }
    shell = new Shell(folder, environment)
  })
  after(async () => {
    await shell?.[Symbol.asyncDispose]()
    await Promise.all(
      running.map((child) => {
        const ended = new Promise((resolve) => child.once('close', resolve))
        child.kill('SIGKILL')
        return ended
      }),
    )
    await bench[Symbol.asyncDispose]()
  })

  /** In another terminal of the reader, until it says that it is ready. */
  async function leaveRunning(line: string): Promise<void> {
    const child = spawn('sh', ['-c', `exec ${atPorts(line)}`], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    running.push(child)
    let text = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (data) => {
        text += String(data)
        if (text.includes(' ready ')) resolve()
      })
      child.once('close', () => reject(new Error(text)))
    })
  }

  /** Ctrl-C in its terminal. */
  async function stopLast(): Promise<void> {
    const child = running.pop()
    const ended = new Promise((resolve) => child?.once('close', resolve))
    child?.kill('SIGINT')
    await ended
  }

  function outputOf(index: number): Block | undefined {
    const next = blocks[index + 1]
    return next?.language === 'text' && next.file === undefined ? next : undefined
  }

  for (const [index, { language, file, text }] of blocks.entries()) {
    if (file !== undefined) {
      it(`has the reader save ${file}`, () => {
        writeFileSync(path.join(folder, file), atPorts(text))
      })
    }
    if (language !== 'sh') continue
    const expected = outputOf(index)
    const [first = ''] = text.split('\n')
    it(`says what becomes of ${first}`, async () => {
      if (expected === undefined && text.startsWith('pars run ')) {
        await leaveRunning(first)
        return
      }
      if (text.includes(printed[2])) await stopLast()
      const output = await shell.run(atPorts(text))
      if (expected === undefined) assert.doesNotMatch(output, /^pars: /m)
      else assert.match(output, patternOf(atPorts(expected.text)))
    })
  }
})
