/** README.md: its quick start, done as a reader would do it, and its table of commands. */
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

import { freePorts } from './cluster.ts'
import { blocksOf } from './guide.ts'
import { Bench, Node } from './node.ts'

const root = path.join(import.meta.dirname, '../..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const run = promisify(execFile)

describe('the quick start', function () {
  this.timeout(180_000)

  const blocks = blocksOf('README.md').filter(({ section }) => section === 'Quick start')
  const bench = new Bench()
  let environment: NodeJS.ProcessEnv
  let port: string
  let network: ChildProcessByStdio<null, Readable, null> | undefined

  before(async function () {
    if (process.platform === 'win32') this.skip()
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    // What the launcher does before it has tests of its own, in test/ground.
    const [, program = ''] = /^exec node bin\/launch\.js (.+)$/.exec(scripts['start'] ?? '') ?? []
    assert.notEqual(program, '')
    const bin = bench.path('bin')
    mkdirSync(bin, { recursive: true })
    const first = await freePorts(8)
    port = String(first + 4)
    const ports = `--base-port ${first} --rpc-port ${port}`
    const npm = `#!/bin/sh\n[ "$*" = start ] && exec '${process.execPath}' ${program} ${ports}\nexit 1\n`
    writeFileSync(path.join(bin, 'npm'), npm)
    chmodSync(path.join(bin, 'npm'), 0o755)
    environment = {
      ...process.env,
      HOME: bench.path('home'),
      PATH: [bin, process.env['PATH']].join(path.delimiter),
    }
  })
  after(async () => {
    if (network?.kill('SIGTERM') === true) await once(network, 'exit')
    await bench[Symbol.asyncDispose]()
  })

  it('begins with a network that prints what the page says', async () => {
    const [first] = blocks
    assert.equal(first?.text, 'npm start\n')
    network = spawn('sh', ['-c', `exec ${first.text}`], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { stdout } = network
    let printed = ''
    stdout.on('data', (data) => (printed += String(data)))
    while (!printed.includes('Ctrl-C')) await once(stdout, 'data')
    assert.match(printed, new RegExp(`JSON-RPC +http://127\\.0\\.0\\.1:${port}\\s`))
    assert.match(printed, /chain id +7227\n/)
    assert.equal(printed.match(/^ +\(\d\) 0x/gm)?.length, 10)
  })

  it('goes on with a transaction that succeeds', async () => {
    const [, second, ...others] = blocks
    assert.deepEqual(others, [])
    assert.match(second?.text ?? '', /^curl .*127\.0\.0\.1:8545/)
    const text = second!.text.replace('8545', port)
    const { stdout } = await run('sh', ['-c', text], { env: environment })
    const { result } = JSON.parse(stdout) as { result: string }
    const node = new Node(bench.start('--version'), `http://127.0.0.1:${port}`)
    assert.equal((await node.receipt<{ status: string }>(result)).status, '0x1')
  })
})

describe('the table of commands', function () {
  this.timeout(60_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  /** Of its first column: `pars a b FLAGS`, then `c` for `pars a c`. */
  const listed = [...readme.matchAll(/^\| (`pars .*?) \|/gm)].flatMap(([, cell = '']) => {
    let above = ''
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => {
      const [name = ''] = /^[a-z-]+(?: [a-z][a-z-]*)*/.exec(text) ?? []
      const full = name.startsWith('pars ') ? name : `${above} ${name}`
      above = full.slice(0, full.lastIndexOf(' '))
      return full
    })
  })

  it('names every command, and none that is not there', async () => {
    // The completion of a shell is made of the whole tree.
    const { stdout } = await bench.run('completion', 'fish')
    const commands = [
      ...new Set(stdout.matchAll(/__pars_at "([^"]+)"/g).map(([, name = '']) => name)),
    ]
    assert.deepEqual(
      listed.filter((name) => !commands.includes(name)),
      [],
    )
    const isKnown = (command: string): boolean =>
      listed.some((name) => command === name || command.startsWith(`${name} `))
    const isGroup = (command: string): boolean =>
      commands.some((other) => other.startsWith(`${command} `))
    const missing = commands.filter((command) => !isGroup(command) && !isKnown(command))
    assert.deepEqual(missing, [])
    assert.equal(new Set(listed).size, listed.length)
  })
})
