/** What outsiders can do to a devnet of real processes, and what they see of it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

import { hex, unhex } from '#base'
import { genesisHash } from '#genesis'

import { limits } from '../../network/limits.ts'
import { frame } from '../../network/streams/frames.ts'
import { systemRandom } from '../../node/random.ts'
import { multistream, RawSocket, recordedClientHello } from '../network/raw-peer.ts'
import { Rogue } from '../network/rogue.ts'
import { Cluster } from './cluster.ts'
import { Bench } from './node.ts'
import { listeningPort, proxied } from './proxied.ts'
import { Recorder } from './recorder.ts'
import { TcpProxy } from './tcp-proxy.ts'

const MiB = 1024 * 1024
/** Beside what queues hold: what a collector has not come to yet. */
const slack = 256 * MiB

describe('a devnet under attack', function () {
  this.timeout(240_000)

  const bench = new Bench()
  const resources = new AsyncDisposableStack()
  const between = new Recorder()
  const toClients = new Recorder()
  let cluster: Cluster
  let proxies: readonly TcpProxy[]
  let rpc: string

  before(async function () {
    // Other systems give the loopback interface one address alone, and no /proc.
    if (process.platform !== 'linux') this.skip()
    cluster = await Cluster.create(bench)
    proxies = await proxied(cluster.devnet.places, () => between.observe())
    const { port } = new URL(cluster.devnet.places[0]!.rpc)
    const client = await TcpProxy.to(Number(port), () => toClients.observe())
    for (const proxy of [...proxies, client]) resources.use(proxy)
    rpc = `http://127.0.0.1:${client.port}`
    await cluster.start(...cluster.all)
  })
  after(async () => {
    await bench[Symbol.asyncDispose]()
    await resources.disposeAsync()
  })
  afterEach(async () => {
    assert.deepEqual(cluster.running, cluster.all)
    await cluster.assertAgreement()
  })

  function addressOf(index: number): string {
    const { peerId } = cluster.devnet.genesis.validators[index]!
    return `/ip4/127.0.0.1/tcp/${portOf(index)}/p2p/${peerId}`
  }

  function portOf(index: number): number {
    return listeningPort(cluster.devnet.places[index]!)
  }

  function memoryOf(index: number): number {
    const { pid } = cluster.at(index).command.process
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024
  }

  async function isConnected(index: number, to: number): Promise<boolean> {
    return (await cluster.standing(index)).validators[to]!.isConnected
  }

  it('shows no transaction to who listens between validators', async () => {
    const marker = systemRandom.bytes(64)
    between.seek(marker)
    toClients.seek(marker)
    const [from, to] = await cluster.at(0).ask<string[]>('eth_accounts')
    const call = { from, to, value: '0x1', data: hex(marker) }
    const body = { jsonrpc: '2.0', id: 1, method: 'eth_sendTransaction', params: [call] }
    const response = await fetch(rpc, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { result } = (await response.json()) as { readonly result: string }
    const { blockNumber } = await cluster.at(3).receipt<{ blockNumber: string }>(result)
    await cluster.untilFinal(Number(blockNumber), cluster.all)
    assert.ok(toClients.found > 0, 'the detector sees it where it is in clear')
    const seen = between.observe()
    assert.equal(between.found, 0)
    seen(marker.subarray(0, 20))
    seen(marker.subarray(20))
    assert.equal(between.found, 1, 'and would see it as bytes')
    // Everything between them went by the recorder.
    assert.ok(between.bytes > 3 * 5_000)
    const ports = proxies.map(({ port }) => port)
    for (const index of cluster.all) {
      const peers = await cluster.at(index).ask<readonly PeerLine[]>('pars_peers')
      for (const { address, direction } of peers) {
        const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1])
        assert.ok(direction === 'inbound' || ports.includes(port), address)
      }
    }
  })

  it('drops a stopped validator at bounded cost, and takes it back', async () => {
    const others = [0, 1, 2]
    const before = others.map(memoryOf)
    const { process: stopped } = cluster.at(3).command
    stopped.kill('SIGSTOP')
    const sender = cluster.at(0)
    const [from, to] = await sender.ask<string[]>('eth_accounts')
    const hashes: string[] = []
    for (let count = 0; count < 16; count++) {
      const data = hex(systemRandom.bytes(64_000))
      // oxlint-disable-next-line no-await-in-loop -- the node counts the nonces of its accounts
      hashes.push(await sender.ask('eth_sendTransaction', { from, to, data }))
    }
    await Promise.all(hashes.map((hash) => sender.receipt(hash)))
    await cluster.until(async () => {
      const seen = await Promise.all(others.map((index) => isConnected(index, 3)))
      return !seen.includes(true)
    })
    const without = await cluster.transfer(1)
    const { pushQueue, gossipBuffer, connectionBuffer } = limits
    const bound = pushQueue.value + gossipBuffer.value + connectionBuffer.value + slack
    for (const index of others) {
      const growth = memoryOf(index) - before[index]!
      assert.ok(growth < bound, `${Math.round(growth / MiB)} MiB`)
    }
    stopped.kill('SIGCONT')
    await cluster.untilFinal(without, [3])
    await cluster.untilBuilding(3, 0)
    for (const index of others) {
      assert.doesNotMatch(cluster.at(index).command.stderr, /peer banned/)
    }
  })

  it('bans fresh identities that send what no honest node sends', async () => {
    const networkId = genesisHash(cluster.devnet.genesis)
    const victim = cluster.at(0).command
    const isBanned = (peer: string): boolean =>
      victim.stderr.split('\n').some((line) => line.includes('peer banned') && line.includes(peer))
    const misdeeds: readonly ((rogue: Rogue) => Promise<void>)[] = [
      (rogue) => rogue.throwAt('/pars/dag/1', frame(Uint8Array.of(0, 1, 2, 3))),
      (rogue) => rogue.throwAt('/pars/dag/1', frame(Uint8Array.of(1), systemRandom.bytes(40))),
      (rogue) => rogue.throwAt('/pars/dag/1', unhex(`0x${'ff'.repeat(40)}`)),
      (rogue) => rogue.throwAt('/pars/blocks/1', frame(systemRandom.bytes(77))),
      (rogue) => rogue.throwAt('/pars/commits/1', frame(systemRandom.bytes(5))),
      (rogue) => rogue.throwAt('/pars/checkpoints/1', frame(systemRandom.bytes(500))),
      (rogue) => rogue.publish('transactions', systemRandom.bytes(300)),
    ]
    for (const misdeed of misdeeds) {
      await using rogue = await Rogue.silent(addressOf(0), ['transactions'])
      await rogue.greet({ networkId })
      await cluster.until(async () => {
        if (rogue.isConnected) await misdeed(rogue).catch(() => undefined)
        return isBanned(rogue.peer)
      })
      await rogue.closed
    }
    await cluster.untilFinal(await cluster.transfer(0), cluster.all)
  })

  it('goes on through floods of handshakes that never end', async () => {
    const before = memoryOf(0)
    const hello = await recordedClientHello()
    const sources = Array.from({ length: 300 }, (_, index) => `127.0.${1 + (index % 100)}.1`)
    const tries = await Promise.allSettled(
      sources.map(async (source, index) => {
        const raw = await RawSocket.to(portOf(0), source)
        raw.socket.write(multistream('/multistream/1.0.0', '/pars/tls/1'))
        if (index % 2 === 0) raw.socket.write(hello)
        return raw
      }),
    )
    // Some of the connections end before their own side has seen that they began.
    const attackers = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    await cluster.untilFinal(await cluster.transfer(0), cluster.all)
    await Promise.all(attackers.map(({ closed }) => closed))
    const began = attackers.filter(({ received }) => received.length > 0).length
    assert.ok(began > 0, 'some were let in')
    assert.ok(began <= 2 * limits.handshakes.value, `${began} began a handshake`)
    for (const to of [1, 2, 3]) assert.ok(await isConnected(0, to))
    assert.ok(memoryOf(0) - before < slack)
  })
})

interface PeerLine {
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
}
