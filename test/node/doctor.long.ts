/** What `pars doctor` sees of machines that something is wrong with. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Fault } from '#base'
import { mlDsa } from '#crypto'
import { limits } from '#identity'

import { finding } from '../../node/doctor/finding.ts'
import { exitCodes } from '../../node/exit-codes.ts'
import { KeyFolder } from '../../node/keystore.ts'
import { Bench } from '../e2e/node.ts'
import { password, seal } from '../identity/keys.ts'

interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly found: string
  readonly cure?: string
}

describe('the doctor', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const servers: Server[] = []
  let genesis: string
  let foreign: string
  before(async () => {
    bench.environment = { HOME: bench.path('home'), USERPROFILE: bench.path('home') }
    genesis = await bench.network('patient')
    foreign = await bench.network('stranger')
  })
  after(async () => {
    for (const one of servers) one.close()
    await bench[Symbol.asyncDispose]()
  })

  async function examine(...parameters: readonly string[]): Promise<Map<string, Finding>> {
    const free = parameters.includes('--port') ? [] : ['--port', '0']
    const { code, stdout, stderr } = await bench.run('doctor', ...parameters, ...free, '--json')
    assert.equal(stderr, '')
    const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] }
    assert.equal(
      healthy,
      findings.every(({ status }) => status !== 'failed'),
    )
    assert.equal(code, healthy ? exitCodes.success : exitCodes.failure)
    for (const { status, cure } of findings) assert.equal(cure === undefined, status === 'ok')
    return new Map(findings.map((one) => [one.check, one]))
  }

  /** Answers as if it were `offset` milliseconds later. */
  async function server(offset: number): Promise<string> {
    const made = createServer((_, response) => {
      response.setHeader('date', new Date(Date.now() + offset).toUTCString()).end('[]')
    }).listen(0, '127.0.0.1')
    servers.push(made)
    await once(made, 'listening')
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`
  }

  it('finds nothing on a machine that is well, in words too', async () => {
    const findings = await examine('--genesis', genesis, '--data', bench.path('none'))
    const checks = ['runtime', 'cryptography', 'store', 'keys', 'settings', 'network', 'port']
    assert.deepEqual([...findings.keys()], [...checks, 'data folder', 'disk', 'chain'])
    for (const { check, status } of findings.values()) {
      // The disk of the machine is not the test's to fill.
      if (check !== 'disk') assert.equal(status, 'ok', check)
    }
    assert.match(findings.get('data folder')!.found, /will be made/)
    const text = await bench.run('doctor', '--port', '0')
    assert.equal(text.code, 0, text.stderr)
    assert.match(text.stdout, /^ok +runtime +Node 26\..*\nok +cryptography /)
  })

  it('sees a node that runs, and what it left behind', async () => {
    const data = bench.path('data')
    const node = await bench.node('run', '--genesis', genesis, '--data', data)
    const { port } = new URL(node.url)
    const place = ['--data', data, '--rpc', node.url]
    const running = await examine('--genesis', genesis, ...place, '--port', port)
    assert.match(running.get('chain')!.found, /running node has it open/)
    assert.match(running.get('port')!.found, /node of this network answers/)
    assert.equal(running.get('clock')!.status, 'ok')
    const other = await examine('--genesis', foreign, ...place, '--port', port)
    assert.match(other.get('port')!.found, /EADDRINUSE/)
    await node.stop()
    const stopped = await examine('--genesis', genesis, '--data', data)
    assert.match(stopped.get('chain')!.found, /opens; its head is block \d+/)
    const mistaken = await examine('--genesis', foreign, '--data', data)
    assert.equal(mistaken.get('chain')!.status, 'failed')
    assert.match(mistaken.get('chain')!.found, /CHAIN_GENESIS_MISMATCH/)
  })

  it('sees files that others can read, and files that are no keys', async () => {
    const folder = bench.path('keys')
    const key = mlDsa(0x65).fromSeed(new Uint8Array(32).fill(7))
    const keystore = await seal({ key, networkId: new Uint8Array(32), password })
    const file = await new KeyFolder(folder).add(keystore)
    assert.equal((await examine('--keys', folder)).get('keys')!.status, 'ok')
    writeFileSync(`${folder}/long.json`, ' '.repeat(limits.keystoreBytes.value + 1), {
      mode: 0o600,
    })
    assert.match((await examine('--keys', folder)).get('keys')!.found, /long\.json.*IDENTITY_/)
    if (process.platform === 'win32') return
    chmodSync(file, 0o640)
    assert.match((await examine('--keys', folder)).get('keys')!.found, /NODE_FILE_EXPOSED.*640/)
    const open = bench.path('open-keys')
    mkdirSync(open, { mode: 0o755 })
    assert.equal((await examine('--keys', open)).get('keys')!.status, 'warning')
  })

  it('sees clocks that differ', async () => {
    const near = await examine('--rpc', await server(0))
    assert.equal(near.get('clock')!.status, 'ok')
    for (const offset of [3_600_000, -3_600_000]) {
      const { status, found } = (await examine('--rpc', await server(offset))).get('clock')!
      assert.equal(status, 'failed')
      assert.match(found, /^3(?:59\d|60\d)\.\d s/)
    }
    const gone = await examine('--rpc', 'http://127.0.0.1:9')
    assert.match(gone.get('clock')!.found, /NODE_UNREACHABLE/)
    const elsewhere = await examine('--rpc', 'http://example.com')
    assert.match(elsewhere.get('clock')!.found, /NODE_RPC_URL/)
  })

  it('sees places and settings that will not do', async () => {
    writeFileSync(bench.path('file'), '')
    const below = await examine('--genesis', genesis, '--data', bench.path('file', 'below'))
    assert.match(below.get('data folder')!.found, /file is no folder/)
    mkdirSync(bench.path('shared'), { mode: 0o777 })
    if (process.platform !== 'win32') {
      chmodSync(bench.path('shared'), 0o777)
      const shared = await examine('--genesis', genesis, '--data', bench.path('shared'))
      assert.equal(shared.get('data folder')!.status, 'warning')
    }
    const host = await examine('--host', '0.0.0.0')
    assert.match(host.get('settings')!.found, /RPC_NOT_LOOPBACK/)
    const none = await examine('--genesis', bench.path('none.json'))
    assert.match(none.get('settings')!.found, /GENESIS_UNREADABLE/)
    writeFileSync(bench.path('bad.toml'), 'colour = "red"\n')
    const wrong = await examine('--config', bench.path('bad.toml'))
    assert.match(wrong.get('settings')!.cure!, /no setting: there are genesis, data/)
    assert.equal(wrong.has('network'), false)
  })

  it('tells what a fault says from what helps, whatever its facts are', async () => {
    for (const [facts, found] of [
      [{ code: 'NODE_ANSWER', found: '(a): b): c' }, 'NODE_ANSWER (found=(a): b): c)'],
      [{ code: 'NODE_SEED' }, 'NODE_SEED'],
    ] as const) {
      const seen = await finding('fault', () => Promise.reject(new Fault(facts, 'do this: now')))
      assert.deepEqual(seen, { check: 'fault', status: 'failed', found, cure: 'do this: now' })
    }
    const { cure } = await finding('defect', () => Promise.reject(new TypeError('no): fault')))
    assert.match(cure ?? '', /report this/)
  })
})
