/** A node as its operator runs it: who gets in, what probes are told, and how it goes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { Agent, request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import path from 'node:path'

import { WebSocketClient } from '../rpc/socket-client.ts'
import { Bench, type Node, type RpcAnswer } from './node.ts'

const certificates = path.join(import.meta.dirname, '../rpc/certificate')

interface TrustingOptions extends Omit<RequestOptions, 'headers'> {
  readonly ca?: string
  readonly servername?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Reply {
  readonly status: number | undefined
  readonly body: unknown
}

function exchange(url: string, options: TrustingOptions, body?: string): Promise<Reply> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      let text = ''
      response.on('data', (part) => (text += String(part)))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function call(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  { headers, ...options }: TrustingOptions = {},
): Promise<Reply> {
  const all = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  return exchange(url, { ...options, ...all }, body)
}

function codeOf({ body }: Reply): unknown {
  return ((body as RpcAnswer).error?.data as { code?: unknown } | undefined)?.code
}

async function untilDraining(node: Node): Promise<void> {
  for (;;) {
    const { status, body } = await exchange(`${node.url}/readyz`, {})
    if (status === 200) continue
    assert.deepEqual(body, { ready: false, reasons: [{ reason: 'draining' }] })
    return
  }
}

/** Init code that jumps until its gas is used up. */
const loop = { data: '0x5b600056' }

describe('a node in operation', function () {
  this.timeout(120_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  it('says that it goes, ends what is under way, and says goodbye', async () => {
    const data = bench.path('drained')
    const node = await bench.node('dev', '--data', data, '--drain', '2')
    assert.deepEqual((await exchange(`${node.url}/readyz`, {})).status, 200)
    assert.ok(existsSync(path.join(data, 'rpc-token')))
    const client = await WebSocketClient.open(node.url)
    const agent = new Agent({ keepAlive: true })
    const ended = node.stop()
    await untilDraining(node)
    assert.equal((await exchange(`${node.url}/livez`, {})).status, 200)
    assert.equal((await call(node.url, 'eth_chainId')).status, 200, 'it answers while it drains')
    // Its gas lasts until connections end.
    const underWay = call(node.url, 'eth_call', [loop], { agent })
    await client.until(() => client.closed)
    assert.equal(client.closed?.code, 1001)
    assert.equal((await underWay).status, 200)
    await assert.rejects(call(node.url, 'eth_chainId'), /ECONNREFUSED/)
    const { code, stderr } = await ended
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stderr, / error /)
    assert.deepEqual(
      ['rpc-token', 'pars.ipc'].filter((name) => existsSync(path.join(data, name))),
      [],
    )
  })

  it('goes at once when it is told twice', async () => {
    const node = await bench.node('dev', '--data', bench.path('forced'), '--drain', '3600')
    node.command.process.kill('SIGTERM')
    await untilDraining(node)
    // One Ctrl-C comes twice within half a second; this is another one.
    const again = setInterval(() => node.command.process.kill('SIGTERM'), 100)
    const { code, stderr } = await node.command.ended
    clearInterval(again)
    assert.equal(code, 1)
    assert.match(stderr, /ended before everything was closed/)
    const next = await bench.node('dev', '--data', bench.path('forced'))
    assert.ok(Number(await next.ask('eth_blockNumber')) >= 0)
    assert.equal((await next.stop()).code, 0)
  })

  it('opens what it keeps from others to who brings its token', async () => {
    const data = bench.path('private')
    const node = await bench.node('dev', '--data', data, '--http-methods', 'eth_,net_')
    const file = path.join(data, 'rpc-token')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const headers = { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` }
    assert.equal(codeOf(await call(node.url, 'txpool_status')), 'RPC_METHOD_CLOSED')
    assert.equal(codeOf(await call(node.url, 'txpool_status', [], { headers })), undefined)
    assert.equal(codeOf(await call(node.url, 'admin_peers', [], { headers })), 'RPC_METHOD_CLOSED')
    const wrong = await call(node.url, 'eth_chainId', [], {
      headers: { authorization: 'Bearer x' },
    })
    assert.deepEqual([wrong.status, codeOf(wrong)], [401, 'RPC_TOKEN_WRONG'])
    await node.stop()
  })

  it('serves beyond its machine over hybrid TLS, what is public and under its name', async () => {
    const ca = readFileSync(path.join(certificates, 'certificate.pem'), 'utf8')
    const key = bench.path('key.pem')
    copyFileSync(path.join(certificates, 'key.pem'), key)
    chmodSync(key, 0o600)
    const command = bench.start(
      'dev',
      '--data',
      bench.path('public'),
      '--host',
      '0.0.0.0',
      '--port',
      '0',
      '--tls-certificate',
      path.join(certificates, 'certificate.pem'),
      '--tls-key',
      key,
      '--allow-hosts',
      'node.example',
    )
    const [, port = ''] = await command.printed(/JSON-RPC\s+https:\/\/[\d.]+:(\d+)/)
    const url = `https://127.0.0.1:${port}`
    const trusted = { ca, servername: 'node.example' }
    const named = { ...trusted, headers: { host: 'node.example' } }
    const { body } = await call(url, 'eth_chainId', [], named)
    assert.equal((body as RpcAnswer).result, '0x1c3b')
    assert.equal(codeOf(await call(url, 'debug_traceCall', [], named)), 'RPC_METHOD_CLOSED')
    assert.equal(
      (await call(url, 'eth_chainId', [], { ...trusted, headers: { host: 'x' } })).status,
      403,
    )
    const probed = await exchange(`${url}/readyz`, {
      ...trusted,
      headers: { host: '10.0.0.7' },
    })
    assert.equal(probed.status, 200)
    await assert.rejects(exchange(`http://127.0.0.1:${port}/livez`, {}))
    const socket = await WebSocketClient.open(url, named)
    assert.equal(await socket.ask('net_version'), '7227')
    await socket.close()
    assert.equal((await command.kill('SIGTERM')).code, 0)
  })

  it('says where Prometheus may ask, and keeps that port from others', async () => {
    const file = await bench.network('watched')
    const command = bench.start(
      'run',
      '--genesis',
      file,
      '--data',
      bench.path('watched'),
      '--port',
      '0',
      '--metrics-port',
      '0',
    )
    const [, url = ''] = await command.printed(/metrics=(\S+)/)
    const text = await (await fetch(url)).text()
    assert.match(text, /^pars_chain_head_height \d+$/m)
    const { port } = new URL(url)
    const second = await bench.run(
      'run',
      '--genesis',
      file,
      '--data',
      bench.path('second'),
      '--port',
      '0',
      '--metrics-port',
      port,
    )
    assert.equal(second.code, 4)
    assert.match(second.stderr, /NODE_PORT .*--metrics-port/)
    assert.equal((await command.kill('SIGTERM')).code, 0)
  })

  it('administers its peers over its own socket', async () => {
    const { connect } = await import('node:net')
    const data = bench.path('administered')
    const node = await bench.node('dev', '--data', data)
    const socket = connect(path.join(data, 'pars.ipc'))
    socket.write('{"jsonrpc":"2.0","id":1,"method":"admin_datadir"}')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.equal((JSON.parse(String(answer)) as RpcAnswer).result, data)
    socket.destroy()
    await node.stop()
  })
})
