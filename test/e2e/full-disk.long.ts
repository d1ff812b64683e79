/** A small file system in memory that fills up, before a node starts and while it runs. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs'

import { exitCodes } from '../../node/exit-codes.ts'
import { factsOf, transfer } from './network.ts'
import { assertRefused, Bench, type Node } from './node.ts'

async function assertKept(node: Node, hashes: readonly string[]): Promise<void> {
  const found = await node.askAll<object | null>(
    hashes.map((hash) => ['eth_getTransactionByHash', hash]),
  )
  assert.deepEqual(
    hashes.filter((_, index) => found[index] === null),
    [],
  )
}

describe('a disk that is full', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let disk: string
  let genesis: string
  let isMounted = false

  function mount(...flags: readonly string[]): boolean {
    return spawnSync('mount', [...flags, '-t', 'tmpfs', 'tmpfs', disk]).status === 0
  }

  /** Bytes to leave almost nothing free. */
  function room(): number {
    const { bavail, bsize } = statfsSync(disk)
    return bavail * bsize - 90_000
  }

  before(async function () {
    disk = bench.path('disk')
    mkdirSync(disk)
    isMounted = process.platform === 'linux' && mount('-o', 'size=64k')
    // Mounting takes root: elsewhere nothing here can be small.
    if (!isMounted) {
      process.stdout.write('pending: a small tmpfs cannot be mounted here\n')
      this.skip()
    }
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
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('genesis.json.')),
      [],
    )
  })

  /** Sends until one is not taken. */
  async function fill(node: Node): Promise<{ acknowledged: string[]; refusal: unknown }> {
    const network = factsOf(genesis)
    const acknowledged: string[] = []
    for (let count = 0; ; count++) {
      const nonce = BigInt(Math.floor(count / 10))
      const { hash, wire } = transfer(network, count % 10, { nonce, bytes: 100_000 })
      const { error } = await node.answer('eth_sendRawTransaction', wire)
      if (error !== undefined) return { acknowledged, refusal: error.data }
      acknowledged.push(hash)
    }
  }

  it('turns transactions away with a code and keeps what was acknowledged', async () => {
    assert.ok(mount('-o', 'remount,size=2m'))
    const start = () => bench.node('run', '--genesis', genesis, '--data', `${disk}/running`)
    const node = await start()
    const { acknowledged, refusal } = await fill(node)
    assert.deepEqual(refusal, { code: 'STORE_FULL' })
    assert.ok(acknowledged.length > 5)
    await assertKept(node, acknowledged)
    assert.equal((await node.stop()).code, 0)

    const tight = await bench.run(
      'run',
      '--genesis',
      genesis,
      '--data',
      `${disk}/running`,
      '--port',
      '0',
    )
    assertRefused(tight, exitCodes.data, /STORE_FULL/)

    assert.ok(mount('-o', 'remount,size=64m'))
    const later = await start()
    await assertKept(later, acknowledged)
    assert.equal((await later.stop()).code, 0)
  })

  it('stops a node that has a block to write, and keeps what was acknowledged', async () => {
    genesis = await bench.network('sealing')
    const folder = `${disk}/sealing`
    const start = () => bench.node('run', '--genesis', genesis, '--data', folder)
    const node = await start()
    const early = transfer(factsOf(genesis), 0)
    await node.ask('eth_sendRawTransaction', early.wire)
    await node.receipt(early.hash)
    writeFileSync(`${disk}/filler-2`, new Uint8Array(64 * 1024 * 1024).subarray(0, room()))
    // It fits, but not once more with the block that it goes into.
    const late = transfer(factsOf(genesis), 1, { bytes: 60_000 })
    await node.ask('eth_sendRawTransaction', late.wire)
    assertRefused(await node.command.ended, exitCodes.stopped, /CHAIN_STOPPED.*STORE_FULL/)

    assert.ok(mount('-o', 'remount,size=160m'))
    const later = await start()
    for (const { hash } of [early, late]) await later.receipt(hash)
    assert.equal((await later.stop()).code, 0)
  })
})
