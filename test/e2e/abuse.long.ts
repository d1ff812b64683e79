/**
 * One node, everything that a stranger can do to it, and whether it is well afterwards. Strangers are
 * those that a proxy names: for them the rates hold.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { WebSocket } from 'ws'

import { limits } from '#rpc'

import { freePorts } from './cluster.ts'
import { Bench, type Node, type RpcAnswer } from './node.ts'
import { parseMetrics } from './prometheus.ts'

const MiB = 2 ** 20

/**
 * The heap of the node, MiB: twice what it may make and send to all clients at a time. What it keeps
 * beyond that ends it; what it has let go of is collected before.
 */
const heap = (2 * (limits.gatheredBytes.value + limits.socketBytesInAll.value)) / MiB

/** Runs until its gas is spent. */
const loop = { data: '0x5b600056' }
const memoryHog = { data: '0x5b5a600052600056' }

/** Creates what logs nothing until its gas is spent, 400 gas each time. */
const logger = '0x6b5b5f5fa05a611000105f57005f52600c6014f3'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

interface Reply {
  readonly status: number
  readonly answer: RpcAnswer | readonly RpcAnswer[]
}

function codeOf({ answer }: Reply): unknown {
  const { error } = answer as RpcAnswer
  return (error?.data as { readonly code?: unknown } | undefined)?.code
}

function calls(method: string, params: readonly unknown[], count: number): string {
  const all = Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method, params }))
  return JSON.stringify(all)
}

function one(method: string, ...params: readonly unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}

function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('close', resolve)
    socket.resume()
  })
}

describe('a node under attack', function () {
  this.timeout(180_000)

  const bench = new Bench()
  let node: Node
  let metrics: string
  let operator: Readonly<Record<string, string>> = {}

  /**
   * Of a stranger where the headers name one, else of who has the token, whom no rate holds.
   * Resolves with the answer, also when the server did not read all of it; rejects when it was cut.
   */
  function post(
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const own = 'x-forwarded-for' in headers ? {} : operator
    return new Promise((resolve, reject) => {
      const outgoing = request(
        node.url,
        {
          method: 'POST',
          agent,
          headers: { 'content-type': 'application/json', ...own, ...headers },
        },
        (response) => {
          let text = ''
          response.on('data', (part) => (text += String(part)))
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, answer: JSON.parse(text) as RpcAnswer }),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  /** The refusal of each. */
  async function filters(client: string, count: number, filter = {}): Promise<readonly unknown[]> {
    const batch = calls('eth_newFilter', [filter], count)
    const { status, answer } = await post(batch, { ...operator, 'x-forwarded-for': client })
    return (answer as readonly RpcAnswer[]).map((each) => codeOf({ status, answer: each }))
  }

  before(async () => {
    const port = await freePorts(1)
    metrics = `http://127.0.0.1:${port}/metrics`
    const file = await bench.network('attacked')
    bench.environment = { NODE_OPTIONS: `--max-old-space-size=${heap}` }
    node = await bench.node(
      'dev',
      '--genesis',
      file,
      '--data',
      bench.path('attacked'),
      '--trust-proxy',
      '--metrics-port',
      String(port),
      '--http-methods',
      'eth_,net_,web3_',
    )
    const token = readFileSync(bench.path('attacked', 'rpc-token'), 'utf8').trim()
    operator = { authorization: `Bearer ${token}` }
    node.headers = operator
    const [from, to] = await node.ask<string[]>('eth_accounts')
    for (let count = 0; count < 20; count++) {
      await node.receipt(await node.ask('eth_sendTransaction', { from, to, value: '0x1' }))
    }
  })

  after(async () => {
    agent.destroy()
    await bench[Symbol.asyncDispose]()
  })

  /** It lives, is ready, makes blocks and answers. */
  afterEach(async () => {
    for (const probe of ['/livez', '/readyz']) {
      assert.equal((await fetch(`${node.url}${probe}`)).status, 200, probe)
    }
    const [from, to] = await node.ask<string[]>('eth_accounts')
    const hash = await node.ask<string>('eth_sendTransaction', { from, to, value: '0x1' })
    const { status } = await node.receipt<{ status: string }>(hash)
    assert.equal(status, '0x1')
    assert.doesNotMatch(node.command.stderr, /rpc call failed|a thread died|execution failed/)
  })

  it('serves others while slow clients hold all the connections they can get', async () => {
    const { port } = new URL(node.url)
    const slow: Socket[] = []
    const starts = ['POST / HTTP/1.1\r\nHost: localhost\r\nX-A: ', 'POST / HT', '']
    const body =
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n{'
    for (let count = 0; count < 2 * limits.connections.value; count++) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write([...starts, body][count % 4]!)
      slow.push(socket)
      if (count % 50 === 0) assert.equal(codeOf(await post(one('eth_chainId'))), undefined)
    }
    const drip = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write('x')
    }, 100)
    for (let count = 0; count < 50; count++) {
      assert.ok(Number(await node.ask('eth_blockNumber')) > 0)
    }
    clearInterval(drip)
    for (const socket of slow) socket.destroy()
  })

  it('reads no more of a body than it takes', async () => {
    const part = Buffer.alloc(MiB, 0x20)
    const { port } = new URL(node.url)
    const giants = Array.from({ length: 64 }, async () => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      let answer = ''
      socket.on('data', (data) => (answer += String(data)))
      socket.write(
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
      for (let count = 0; count < 64 && socket.writable; count++) {
        await new Promise((resolve) => {
          socket.write('100000\r\n')
          socket.write(part)
          socket.write('\r\n', resolve)
        })
      }
      socket.destroy()
      return answer
    })
    for (const answer of await Promise.all(giants)) {
      // Who reads nothing is cut; who has spent its rate on the first is turned away.
      if (answer === '') continue
      assert.match(answer, /^HTTP\/1\.1 (?:413 [^]*RPC_BODY_TOO_LARGE|429 [^]*RPC_RATE)/)
    }
    const declared = await post('{}', { 'content-length': String(2 ** 40) }).catch(() => undefined)
    if (declared !== undefined) assert.equal(codeOf(declared), 'RPC_BODY_TOO_LARGE')
    // The connection may be gone before the answer is read.
    const giant = new Uint8Array(limits.requestBytes.value + 1).fill(0x20)
    const whole = await post(giant).catch(() => undefined)
    if (whole !== undefined) {
      assert.deepEqual([whole.status, codeOf(whole)], [413, 'RPC_BODY_TOO_LARGE'])
    }
  })

  it('takes batches as large as it says, and their answers together', async () => {
    const most = limits.batchCalls.value
    const more = await post(calls('eth_chainId', [], most + 1))
    assert.equal(codeOf(more), 'RPC_BATCH_TOO_LARGE')
    assert.equal((more.answer as RpcAnswer).error?.code, -32600)
    assert.equal(codeOf(await post(`[${'{},'.repeat(70_000)}{}]`)), 'RPC_REQUEST_INVALID')
    assert.equal(codeOf(await post('['.repeat(100_000))), 'RPC_REQUEST_INVALID')
    const replies = await Promise.all(
      Array.from({ length: 32 }, () => post(calls('eth_getBlockByNumber', ['latest', true], most))),
    )
    for (const { answer } of replies) assert.equal((answer as readonly RpcAnswer[]).length, most)
  })

  it('keeps no answers for who does not read them', async function () {
    this.timeout(600_000)
    agent.destroy()
    const [from, to] = await node.ask<string[]>('eth_accounts')
    const data = `0x${'5e'.repeat(100_000)}`
    const hash = await node.ask<string>('eth_sendTransaction', { from, to, data })
    const { blockNumber } = await node.receipt<{ blockNumber: string }>(hash)
    // Of 20 MB each, more than the kernel takes for who does not read.
    const body = calls('eth_getBlockByNumber', [blockNumber, true], 100)
    const { port } = new URL(node.url)
    const sleepers = Array.from({ length: limits.connectionsPerClient.value }, () => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.pause()
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${operator['authorization']}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
      )
      return socket
    })
    let most = 0
    const untilOpen = async (isEnough: (open: number) => boolean): Promise<void> => {
      for (let open: number | undefined; open === undefined || !isEnough(open);) {
        await sleep(100)
        const series = parseMetrics(await (await fetch(metrics)).text())
        const value = (name: string): number => series.get(name)!.samples[0]!.value
        open = value('pars_rpc_connections')
        most = Math.max(most, value('pars_rpc_outgoing_bytes'))
      }
    }
    await untilOpen((open) => open >= sleepers.length)
    for (const socket of sleepers) socket.write(body.slice(-1))
    await untilOpen((open) => open <= sleepers.length / 8)
    assert.ok(most > 0 && most <= limits.socketBytesInAll.value, `${most} bytes`)
    for (const socket of sleepers) socket.destroy()
  })

  it('searches as many logs as it says', async () => {
    const [from] = await node.ask<string[]>('eth_accounts')
    const created = await node.ask<string>('eth_sendTransaction', { from, data: logger })
    const { contractAddress: to } = await node.receipt<{ contractAddress: string }>(created)
    const gas = `0x${(500 * limits.logResults.value).toString(16)}`
    const logged = await node.ask<string>('eth_sendTransaction', { from, to, gas })
    const { logs } = await node.receipt<{ logs: readonly unknown[] }>(logged)
    assert.ok(logs.length > limits.logResults.value)
    const everything = { fromBlock: 'earliest', toBlock: 'latest' }
    assert.equal(codeOf(await post(one('eth_getLogs', everything))), 'READ_TOO_MANY_LOGS')
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => post(calls('eth_getLogs', [everything], 100))),
    )
    for (const { answer } of replies) {
      const codes = (answer as readonly RpcAnswer[]).map((each) =>
        codeOf({ status: 200, answer: each }),
      )
      // Of so many batches at once the last calls come to their deadline.
      const others = codes.filter((code) => code !== 'RPC_TIMEOUT')
      assert.ok(others.every((code) => code === 'READ_TOO_MANY_LOGS'))
    }
    const addresses = Array.from(
      { length: 1001 },
      (_, at) => `0x${at.toString(16).padStart(40, '0')}`,
    )
    assert.equal(
      codeOf(await post(one('eth_getLogs', { address: addresses }))),
      'RPC_PARAMS_INVALID',
    )
  })

  it('answers others and makes blocks while calls burn all the gas they may', async () => {
    const burner = { 'x-forwarded-for': '203.0.113.7' }
    let isBurning = true
    const burning = Promise.all(
      [loop, memoryHog].map((call) => post(calls('eth_call', [call], 64), burner)),
    ).finally(() => (isBurning = false))
    const victim = { 'x-forwarded-for': '198.51.100.9' }
    const { answer: own } = await post(one('eth_call', { to: `0x${'77'.repeat(20)}` }), victim)
    assert.equal((own as RpcAnswer).result, '0x', JSON.stringify(own))
    assert.ok(isBurning, 'it was answered while the others burned')
    const head = Number(await node.ask('eth_blockNumber'))
    const [from, to] = await node.ask<string[]>('eth_accounts')
    const hash = await node.ask<string>('eth_sendTransaction', {
      from,
      to,
      value: '0x1',
      gas: '0x186a0',
    })
    const { blockNumber } = await node.receipt<{ blockNumber: string }>(hash)
    assert.ok(Number(blockNumber) > head)
    for (const { answer } of await burning) {
      for (const { error } of answer as readonly RpcAnswer[]) assert.ok(error !== undefined)
    }
  })

  it('keeps so many filters of one client, and no fewer of another', async () => {
    const own: unknown[] = []
    for (let batch = 0; batch < 10; batch++) own.push(...(await filters('127.0.0.1', 1000)))
    const taken = own.filter((code) => code === undefined).length
    assert.ok(taken > 0 && taken <= limits.filters.value, `${taken} filters`)
    assert.deepEqual([...new Set(own)], [undefined, 'RPC_FILTERS_FULL'])
    const [other] = await filters('198.51.100.7', 1)
    assert.equal(other, undefined, 'a stranger still gets one')
  })

  it('keeps so many words of the filters of one client, and no fewer of another', async () => {
    const address = Array.from(
      { length: 1000 },
      (_, at) => `0x${at.toString(16).padStart(40, '0')}`,
    )
    const taken: unknown[] = []
    for (let count = 0; count < 140; count++) {
      taken.push(...(await filters('192.0.2.44', 1, { address })))
    }
    const kept = taken.filter((code) => code === undefined).length
    assert.equal(kept, Math.floor(limits.watchedWordsPerClient.value / 1000))
    assert.deepEqual([...new Set(taken)], [undefined, 'RPC_FILTERS_FULL'])
    const [other] = await filters('198.51.100.8', 1, { address })
    assert.equal(other, undefined, 'a stranger still gets one')
  })

  it('tells what is no text', async () => {
    const head = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":["')
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const reply = await post(Buffer.concat([head, Buffer.from(bytes), Buffer.from('"]}')]))
      assert.equal((reply.answer as RpcAnswer).error?.code, -32700)
    }
    const surrogate = await post('{"jsonrpc":"2.0","id":"\\ud800","method":"eth_chainId"}')
    assert.equal((surrogate.answer as RpcAnswer).result, '0x1c3b')
  })

  it('takes no name for more than a name', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']) {
      assert.equal(codeOf(await post(one(name))), 'RPC_METHOD_UNKNOWN', name)
      const polluted = `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"${name}":{"to":"0x00","isAdmin":true}}]}`
      // Its `to` would be no address, if anybody looked there.
      const { result, error } = (await post(polluted)).answer as RpcAnswer
      assert.ok(result === '0x' || /unrecognized|not known/i.test(error?.message ?? ''), name)
      const around = `{"${name}":{"id":7,"method":"eth_accounts"},"jsonrpc":"2.0","id":1,"method":"eth_chainId"}`
      assert.equal(((await post(around)).answer as RpcAnswer).result, '0x1c3b', name)
    }
    const bare = await post('{"__proto__":{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}}')
    assert.equal(codeOf(bare), 'RPC_REQUEST_INVALID')
    assert.equal(await node.ask('eth_chainId'), '0x1c3b')
  })

  it('answers under no name but its own', async () => {
    for (const host of [
      'rebound.example',
      'localhost.example',
      '127.0.0.1.example',
      '169.254.0.1',
    ]) {
      const reply = await post(one('eth_accounts'), { host })
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'RPC_HOST_REFUSED'], host)
    }
    const page = await post(one('eth_accounts'), { origin: 'https://page.example' })
    assert.deepEqual([page.status, codeOf(page)], [403, 'RPC_ORIGIN_REFUSED'])
  })

  it('makes a stranger who asks for too much wait, and nobody else', async () => {
    const flood = { 'x-forwarded-for': '192.0.2.1' }
    const statuses: number[] = []
    for (let count = 0; count < 40; count++) {
      statuses.push((await post(calls('eth_getLogs', [{}], 100), flood)).status)
    }
    assert.deepEqual(new Set(statuses), new Set([200, 429]))
    assert.equal((await post(one('eth_chainId'), { 'x-forwarded-for': '192.0.2.2' })).status, 200)
  })

  it('has so many sockets of one client, and reads none faster than it answers', async () => {
    const url = node.url.replace('http', 'ws')
    const opened: WebSocket[] = []
    let refused = 0
    const attempts = Array.from({ length: 200 }, () => {
      const socket = new WebSocket(url, { headers: { 'x-forwarded-for': '203.0.113.9' } })
      socket.on('error', () => undefined)
      return new Promise<void>((resolve) => {
        socket.on('open', () => {
          opened.push(socket)
          resolve()
        })
        socket.on('close', () => {
          refused++
          resolve()
        })
      })
    })
    await Promise.all(attempts)
    assert.ok(opened.length <= limits.socketsPerClient.value, `${opened.length} sockets`)
    assert.ok(refused >= 200 - limits.socketsPerClient.value)
    const block = one('eth_getBlockByNumber', 'latest', true)
    for (const socket of opened) {
      socket.pause()
      for (let count = 0; count < 2000; count++) socket.send(block)
    }
    assert.ok(Number(await node.ask('eth_blockNumber')) > 0)
    const [giant, binary] = await Promise.all(
      ['203.0.113.10', '203.0.113.11'].map(async (client) => {
        const socket = new WebSocket(url, { headers: { 'x-forwarded-for': client } })
        await once(socket, 'open')
        return socket
      }),
    )
    giant!.send(' '.repeat(limits.requestBytes.value + 1))
    binary!.send(Buffer.alloc(8))
    await Promise.all([closed(giant!), closed(binary!)])
    for (const socket of opened) socket.terminate()
  })

  it('is not held up by who leaves in the middle', async () => {
    const { port } = new URL(node.url)
    const body = one('eth_call', { data: '0x5b600056' })
    for (let count = 0; count < 200; count++) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        () => socket.destroy(),
      )
    }
    assert.ok(Number(await node.ask('eth_blockNumber')) > 0)
  })

  it('goes as it should afterwards', async () => {
    const data = bench.path('attacked')
    assert.ok(path.isAbsolute(data))
    const { code, stderr } = await node.stop()
    assert.equal(code, 0, stderr)
    node = await bench.node(
      'dev',
      '--genesis',
      bench.path('attacked.json'),
      '--data',
      data,
      '--metrics-port',
      new URL(metrics).port,
    )
  })
})
