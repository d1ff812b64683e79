/** Nodes beside each other: folders, ports, networks, signals, and disks that are full. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

import { hex } from '#base'
import { genesisHash, parseGenesis } from '#genesis'

import { exitCodes } from '../../node/exit-codes.ts'
import { gwei, type NetworkFacts, sign } from '../chain/engine/network.ts'
import { Bench, type Ended, type Node } from './node.ts'

function assertRefused({ code, stderr }: Ended, exitCode: number, pattern: RegExp): void {
  assert.match(stderr, pattern)
  assert.equal(code, exitCode, stderr)
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace')
}

function factsOf(file: string): NetworkFacts {
  const genesis = parseGenesis(readFileSync(file, 'utf8'))
  return { chainId: genesis.chainId, genesisHash: genesisHash(genesis) }
}

interface Sent {
  readonly hash: string
  readonly wire: string
}

function transfer(network: NetworkFacts, account: number, nonce = 0n, bytes = 0): Sent {
  const { hash, wire } = sign(network, account, {
    nonce,
    gasLimit: 100_000n + 40n * BigInt(bytes),
    data: new Uint8Array(bytes).fill(1),
    maxFeePerGas: 10n * gwei,
  })
  return { hash: hex(hash), wire: hex(wire) }
}

describe('a running node', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let genesis: string
  let data: string
  let node: Node
  before(async () => {
    genesis = await bench.network('one')
    data = bench.path('data')
    node = await bench.node('run', '--genesis', genesis, '--data', data, '--log-format', 'json')
  })
  after(() => bench[Symbol.asyncDispose]())

  async function assertUnharmed(): Promise<void> {
    assert.equal(await node.ask('pars_networkId'), hex(factsOf(genesis).genesisHash))
  }

  it('says how it is, as text and as JSON', async () => {
    const text = await bench.run('status', '--rpc', node.url)
    assert.equal(text.code, 0, text.stderr)
    assert.match(text.stdout, /^pars\/.*\nchain id 7227, network id 0x[0-9a-f]{64}\nhead \d+ /)
    const json = await bench.run('status', '--json', '--rpc', node.url)
    const status = JSON.parse(json.stdout) as Record<string, unknown>
    assert.equal(status['networkId'], hex(factsOf(genesis).genesisHash))
    assert.equal(typeof status['head'], 'number')
  })

  it('keeps its folder to itself: a second process is refused, and so is --reset', async () => {
    await Promise.all(
      [['run'], ['dev', '--reset']].map(async (command) => {
        const ended = await bench.run(
          ...[...command, '--genesis', genesis, '--data', data, '--port', '0'],
        )
        assertRefused(ended, exitCodes.data, /STORE_LOCKED/)
      }),
    )
    await assertUnharmed()
  })

  it('keeps its port to itself', async () => {
    const port = new URL(node.url).port
    const ended = await bench.run(
      ...['run', '--genesis', genesis, '--data', bench.path('second'), '--port', port],
    )
    assertRefused(ended, exitCodes.address, /NODE_PORT.*EADDRINUSE/)
    await assertUnharmed()
  })

  it('serves loopback addresses only', async () => {
    await Promise.all(
      ['0.0.0.0', '::'].map(async (host, index) => {
        const ended = await bench.run(
          ...['run', '--genesis', genesis, '--data', bench.path(`third-${index}`)],
          ...['--host', host, '--port', '0'],
        )
        assertRefused(ended, exitCodes.address, /RPC_NOT_LOOPBACK/)
      }),
    )
  })

  it('refuses a folder that is no folder, and makes nothing', async () => {
    writeFileSync(bench.path('file'), 'a file')
    const folder = bench.path('file', 'below')
    const ended = await bench.run('run', '--genesis', genesis, '--data', folder, '--port', '0')
    assertRefused(ended, exitCodes.data, /NODE_DATA_UNWRITABLE.*ENOTDIR/)
    assert.equal(readFileSync(bench.path('file'), 'utf8'), 'a file')
  })

  it('does not sign with published keys where the genesis does not say dev', async () => {
    const ended = await bench.run(
      ...['dev', '--genesis', 'testnet', '--data', bench.path('t'), '--port', '0'],
    )
    assertRefused(ended, exitCodes.failure, /NODE_NOT_DEV/)
    assert.equal(existsSync(bench.path('t')), false)
  })

  it('takes its own transactions, none of another network, and stops cleanly with them', async () => {
    const foreign = await bench.network('two')
    const own = transfer(factsOf(genesis), 0)
    const refused = await node.answer('eth_sendRawTransaction', transfer(factsOf(foreign), 0).wire)
    assert.deepEqual(refused.error?.data, { code: 'TX_BAD_SIGNATURE' })
    assert.equal(await node.ask('eth_sendRawTransaction', own.wire), own.hash)
    await node.receipt(own.hash)
    const waiting = transfer(factsOf(genesis), 1, 1n)
    assert.equal(await node.ask('eth_sendRawTransaction', waiting.wire), waiting.hash)

    const { code, stdout, stderr } = await node.stop()
    assert.equal(code, 0, stderr)
    assert.equal(stdout, '')
    for (const line of stderr.trimEnd().split('\n')) {
      const { level, time, msg } = JSON.parse(line) as Record<string, unknown>
      assert.ok(level !== undefined && typeof msg === 'string')
      assert.ok(!Number.isNaN(Date.parse(String(time))))
    }

    const other = await bench.run('run', '--genesis', foreign, '--data', data, '--port', '0')
    assertRefused(other, exitCodes.data, /CHAIN_GENESIS_MISMATCH/)
    assert.deepEqual(factsOf(`${data}/genesis.json`), factsOf(genesis))

    node = await bench.node('run', '--genesis', genesis, '--data', data)
    await node.receipt(own.hash)
    const found = await node.ask<{ blockHash: null }>('eth_getTransactionByHash', waiting.hash)
    assert.equal(found.blockHash, null)
  })

  it('ends well on SIGINT, also when a terminal and a launcher both pass it on', async () => {
    node.command.process.kill('SIGINT')
    node.command.process.kill('SIGINT')
    const { code, stderr } = await node.command.ended
    assert.equal(code, 0, stderr)
    assert.match(stderr, /stopping signal=SIGINT/)
    node = await bench.node('run', '--genesis', genesis, '--data', data)
  })
})

describe('a disk that is full', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const disk = bench.path('disk')
  let genesis: string
  let isMounted = false

  function mount(...flags: readonly string[]): boolean {
    return spawnSync('mount', [...flags, '-t', 'tmpfs', 'tmpfs', disk]).status === 0
  }

  before(async function () {
    mkdirSync(disk)
    isMounted = process.platform === 'linux' && mount('-o', 'size=64k')
    // Mounting takes root: elsewhere nothing here can be small.
    if (!isMounted) this.skip()
    genesis = await bench.network('full', '--block-ms', '60000')
  })
  after(async () => {
    const ended = bench[Symbol.asyncDispose].bind(bench)
    if (isMounted) spawnSync('umount', ['-l', disk])
    await ended()
  })

  it('is told from the start, and leaves no half-made file', async () => {
    writeFileSync(`${disk}/filler`, new Uint8Array(60 * 1024))
    const folder = `${disk}/data`
    const ended = await bench.run('run', '--genesis', genesis, '--data', folder, '--port', '0')
    assertRefused(ended, exitCodes.data, /NODE_DATA_UNWRITABLE.*ENOSPC|STORE_FULL/)
    assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('genesis.json.')), [])
  })

  it('turns transactions away with a code and keeps what was acknowledged', async () => {
    assert.ok(mount('-o', 'remount,size=4m'))
    const folder = `${disk}/running`
    const start = () => bench.node('run', '--genesis', genesis, '--data', folder)
    const node = await start()
    const network = factsOf(genesis)
    const acknowledged: string[] = []
    for (let count = 0; ; count++) {
      const next = transfer(network, count % 10, BigInt(Math.floor(count / 10)), 100_000)
      const { error } = await node.answer('eth_sendRawTransaction', next.wire)
      if (error === undefined) {
        acknowledged.push(next.hash)
        continue
      }
      assert.deepEqual(error.data, { code: 'STORE_FULL' })
      break
    }
    assert.ok(acknowledged.length > 10)
    const known = async (one: Node): Promise<boolean[]> =>
      (
        await one.askAll<object | null>(
          acknowledged.map((hash) => ['eth_getTransactionByHash', hash]),
        )
      ).map((found) => found !== null)
    assert.ok((await known(node)).every(Boolean))
    assert.equal((await node.stop()).code, 0)

    assert.ok(mount('-o', 'remount,size=64m'))
    const later = await start()
    assert.ok((await known(later)).every(Boolean))
    assert.equal((await later.stop()).code, 0)
  })
})
