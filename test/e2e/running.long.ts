/** Nodes beside each other: folders, ports, networks, and signals. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import { hex } from '#base'

import { exitCodes } from '../../node/exit-codes.ts'
import { factsOf, transfer } from './network.ts'
import { assertRefused, Bench, Command, type Node } from './node.ts'

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

  it('is healthy by the check of the container file, whatever its port is', async () => {
    const file = readFileSync('deploy/container/Containerfile', 'utf8')
    const [, check = ''] = /HEALTHCHECK[^]*?CMD (\[.*\])$/m.exec(file) ?? []
    const [, ...command] = JSON.parse(check) as string[]
    const healthy = await new Command(command, { PARS_DATA: data }).ended
    assert.equal(healthy.code, 0, healthy.stderr)
    const none = await new Command(command, { PARS_DATA: bench.path('none') }).ended
    assert.notEqual(none.code, 0)
  })

  it('says how it is, as text and as JSON', async () => {
    const text = await bench.run('status', '--rpc', node.url)
    assert.equal(text.code, 0, text.stderr)
    assert.match(
      text.stdout,
      /^pars\/.*\nchain id 7227, network id 0x[0-9a-f]{64}\nhead \d+ .*\nsealer\n$/,
    )
    const json = await bench.run('status', '--json', '--rpc', node.url)
    const status = JSON.parse(json.stdout) as Record<string, unknown>
    assert.equal(status['networkId'], hex(factsOf(genesis).genesisHash))
    assert.equal(typeof status['head'], 'number')
    assert.deepEqual(status['node'], { role: 'sealer', peers: 0, consensus: null })
    const peers = ['peers', '--rpc', node.url]
    assert.equal((await bench.run(...peers)).stdout, 'connected to nobody\n')
    assert.equal((await bench.run(...peers, '--json')).stdout, '[]\n')
  })

  it('keeps its folder to itself: a second process is refused, and so is --reset', async () => {
    await Promise.all(
      [['run'], ['dev', '--reset']].map(async (command) => {
        const ended = await bench.run(
          ...command,
          '--genesis',
          genesis,
          '--data',
          data,
          '--port',
          '0',
        )
        assertRefused(ended, exitCodes.data, /STORE_LOCKED/)
      }),
    )
    await assertUnharmed()
  })

  it('keeps its port to itself', async () => {
    const port = new URL(node.url).port
    const ended = await bench.run(
      'run',
      '--genesis',
      genesis,
      '--data',
      bench.path('second'),
      '--port',
      port,
    )
    assertRefused(ended, exitCodes.address, /NODE_PORT.*EADDRINUSE/)
    await assertUnharmed()
  })

  it('serves loopback addresses only', async () => {
    await Promise.all(
      ['0.0.0.0', '::'].map(async (host, index) => {
        const ended = await bench.run(
          'run',
          '--genesis',
          genesis,
          '--data',
          bench.path(`third-${index}`),
          '--host',
          host,
          '--port',
          '0',
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

  it('signs with published keys only where the genesis says dev and chain id 7227', async () => {
    const elsewhere = bench.path('elsewhere.json')
    const init = ['init', '--dev', '--chain-id', '7228', '--name', 'x', '--out', elsewhere]
    assert.equal((await bench.run(...init)).code, 0)
    for (const source of ['testnet', elsewhere]) {
      const place = ['--data', bench.path('t'), '--port', '0']
      const ended = await bench.run('dev', '--genesis', source, ...place)
      assertRefused(ended, exitCodes.failure, /NODE_NOT_DEV.*7227/)
    }
    assert.equal(existsSync(bench.path('t')), false)
  })

  it('takes its own transactions, none of another network, and stops cleanly with them', async () => {
    const foreign = await bench.network('two')
    const own = transfer(factsOf(genesis), 0)
    const refused = await node.answer('eth_sendRawTransaction', transfer(factsOf(foreign), 0).wire)
    assert.deepEqual(refused.error?.data, { code: 'TX_BAD_SIGNATURE' })
    assert.equal(await node.ask('eth_sendRawTransaction', own.wire), own.hash)
    await node.receipt(own.hash)
    const waiting = transfer(factsOf(genesis), 1, { nonce: 1n })
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
