/** A thousand clients of one node that runs, told of everything, while twenty others do not read. */
import assert from 'node:assert/strict'

import { WebSocket } from 'ws'

import { hex, type Hex } from '#base'
import { limits } from '#rpc'

import { accounts } from '../chain/engine/network.ts'
import { freePorts } from '../e2e/cluster.ts'
import { Bench, type Node } from '../e2e/node.ts'
import { parseMetrics } from '../e2e/prometheus.ts'

const blocks = 500
const readers = 1000
const sleepers = 20
/** Of the data that those are sent who do not read, once in so many blocks. */
const bulk = { every: 4, bytes: 100_000 }

/** Logs its input, under its first word. */
const recorder: Hex = '0x69365f5f375f35365fa1005f52600a6016f3'

/** Everything that one client was told, by what can be compared. */
class Follower {
  readonly heads: number[] = []
  readonly logs: number[] = []
  readonly socket: WebSocket
  readonly ready: Promise<void>
  isClosed = false
  onTold: () => void = () => undefined

  constructor(url: string, subscriptions: readonly (readonly unknown[])[]) {
    this.socket = new WebSocket(url.replace('http', 'ws'))
    const ready = Promise.withResolvers<void>()
    this.ready = ready.promise
    const ids = new Set<string>()
    this.socket.on('open', () => {
      for (const [id, params] of subscriptions.entries()) {
        this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'eth_subscribe', params }))
      }
    })
    this.socket.on('message', (data: Buffer) => {
      const text = data.toString()
      const [, id] = /^\{"jsonrpc":"2\.0","id":\d+,"result":"(0x[0-9a-f]{32})"\}$/.exec(text) ?? []
      if (id === undefined) return this.#told(text, ids)
      ids.add(id)
      if (ids.size === subscriptions.length) ready.resolve()
    })
    this.socket.on('error', ready.reject)
    this.socket.on('close', () => {
      this.isClosed = true
      this.onTold()
    })
  }

  #told(text: string, ids: ReadonlySet<string>): void {
    const [, subscription = ''] = /"subscription":"(0x[0-9a-f]{32})"/.exec(text) ?? []
    assert.ok(ids.has(subscription), `before its answer: ${text.slice(0, 200)}`)
    const [, number] = /"number":"(0x[0-9a-f]+)"/.exec(text) ?? []
    if (number !== undefined) this.heads.push(Number(number))
    else {
      const [, topic] = /"topics":\["(0x[0-9a-f]{64})"/.exec(text) ?? []
      this.logs.push(Number(topic))
    }
    this.onTold()
  }
}

function word(value: number): string {
  return value.toString(16).padStart(64, '0')
}

/** Bytes that wait for clients who do not take them. */
async function outgoingOf(metrics: string): Promise<number> {
  const series = parseMetrics(await (await fetch(metrics)).text())
  return series.get('pars_rpc_outgoing_bytes')!.samples[0]!.value
}

describe('a thousand subscribers', function () {
  this.timeout(1_200_000)

  const bench = new Bench()
  let node: Node
  let metrics: string
  const from = hex(accounts[0]!.address)

  before(async () => {
    const file = await bench.network('many')
    const port = await freePorts(1)
    metrics = `http://127.0.0.1:${port}/metrics`
    const data = bench.path('data')
    const flags = ['--genesis', file, '--data', data, '--metrics-port', String(port)]
    node = await bench.node('dev', ...flags)
  })
  after(() => bench[Symbol.asyncDispose]())

  interface Receipt {
    readonly contractAddress: Hex
    readonly blockNumber: Hex
    readonly logs: readonly unknown[]
  }

  async function send(to: Hex | undefined, data: Hex): Promise<Receipt> {
    const gas = to === undefined ? undefined : '0x400000'
    const hash = await node.ask<Hex>('eth_sendTransaction', { from, to, data, gas })
    return node.receipt<Receipt>(hash)
  }

  async function open(
    count: number,
    subscriptions: readonly (readonly unknown[])[],
  ): Promise<Follower[]> {
    const all: Follower[] = []
    for (let start = 0; start < count; start += 50) {
      const some = Array.from(
        { length: Math.min(50, count - start) },
        () => new Follower(node.url, subscriptions),
      )
      await Promise.all(some.map(({ ready }) => ready))
      all.push(...some)
    }
    return all
  }

  it('are told of every head and log once and in order; who does not read is dropped', async () => {
    const { contractAddress: small } = await send(undefined, recorder)
    const { contractAddress: large } = await send(undefined, recorder)
    const all = await open(readers, [['newHeads'], ['logs', { address: small }]])
    const asleep = await open(sleepers, [['logs', { address: large }]])
    for (const { socket } of asleep) socket.pause()
    const first = Number(await node.ask<Hex>('eth_blockNumber'))
    let most = 0
    let last = first
    const values: number[] = []
    for (let value = 1; last < first + blocks; value++) {
      const isBulky = value % bulk.every === 0
      if (isBulky) await send(large, `0x${word(value)}${'00'.repeat(bulk.bytes)}`)
      const receipt = await send(small, `0x${word(value)}`)
      assert.equal(receipt.logs.length, 1)
      values.push(value)
      last = Number(receipt.blockNumber)
      if (isBulky) most = Math.max(most, await outgoingOf(metrics))
    }
    const isTold = (follower: Follower): boolean =>
      follower.isClosed ||
      ((follower.heads.at(-1) ?? 0) >= last && follower.logs.at(-1) === values.at(-1))
    await Promise.all(
      all.map(
        (follower) =>
          new Promise<void>((resolve) => {
            follower.onTold = () => {
              if (isTold(follower)) resolve()
            }
            follower.onTold()
          }),
      ),
    )
    for (const { isClosed, heads, logs } of all) {
      assert.equal(isClosed, false)
      const [start = 0] = heads
      assert.ok(start <= first + 1)
      assert.deepEqual(
        heads.filter((number) => number <= last),
        Array.from({ length: last - start + 1 }, (_, index) => start + index),
      )
      assert.deepEqual(logs, values)
    }
    const bulky = values.filter((value) => value % bulk.every === 0)
    for (const follower of asleep) {
      const closed = new Promise<void>((resolve) => {
        follower.onTold = () => {
          if (follower.isClosed) resolve()
        }
      })
      follower.socket.resume()
      await closed
      assert.ok(follower.logs.length < bulky.length)
      assert.deepEqual(follower.logs, bulky.slice(0, follower.logs.length))
    }
    // Each is cut off by the message that is more than may wait for it.
    const bound = sleepers * (limits.socketBytes.value + 3 * bulk.bytes)
    assert.ok(most > limits.socketBytes.value && most <= bound, `${most} bytes waited`)
    assert.equal(await node.ask('net_version'), '7227')
    for (const { socket } of all) socket.terminate()
  })
})
