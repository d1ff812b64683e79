import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { connect } from 'node:net'

import { Fault } from '#base'
import { systemRandom } from '#node'
import { createRpcServer, limits, renderParsTransaction } from '#rpc'

import { account, FixtureChain } from './fixture-chain.ts'
import {
  call,
  type JsonRpcAnswer,
  post,
  serve,
  type Served,
  systemClock,
} from './fixture-server.ts'

const chainIdRequest = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
const json = { 'content-type': 'application/json' }

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A request with exactly these headers, Host included. */
function raw(
  url: string,
  headers: Readonly<Record<string, string>>,
  { method = 'POST', path = '/', body = chainIdRequest } = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: hostname, port, method, path, headers, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(method === 'POST' ? body : undefined)
  })
}

function codeOf({ text }: { readonly text: string }): unknown {
  return (JSON.parse(text) as JsonRpcAnswer).error?.data?.['code']
}

describe('the rpc server', () => {
  let served: Served
  let url: string
  before(async () => {
    served = await serve({
      allowedHosts: ['node.example'],
      allowedOrigins: ['https://wallet.example'],
    })
    url = served.url
  })
  after(() => served.server.close())

  it('takes POST of application/json, charset and case regardless', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON',
    ]) {
      const { status, headers, text } = await post(url, chainIdRequest, { 'content-type': type })
      assert.equal(status, 200)
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.deepEqual(JSON.parse(text), { jsonrpc: '2.0', id: 1, result: '0x1c3b' })
    }
  })

  it('refuses every media type that a page can send without asking', async () => {
    for (const type of [
      'text/plain',
      'text/plain; x=application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'application/json-rpc',
      'text/json',
      'x/y',
      ';',
    ]) {
      const reply = await raw(url, { 'content-type': type })
      assert.deepEqual([reply.status, codeOf(reply)], [415, 'RPC_MEDIA_TYPE'], type)
    }
    const none = await raw(url, {})
    assert.deepEqual([none.status, codeOf(none)], [415, 'RPC_MEDIA_TYPE'])
  })

  it('has no GET, and nothing beside /', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const reply = await raw(url, json, { method })
      assert.equal(reply.status, 405)
      assert.equal(reply.headers['allow'], 'POST')
      assert.equal(codeOf(reply), 'RPC_HTTP_METHOD')
    }
    assert.equal((await raw(url, json, { method: 'HEAD' })).status, 405)
    const elsewhere = await raw(url, json, { path: '/rpc' })
    assert.deepEqual([elsewhere.status, codeOf(elsewhere)], [404, 'RPC_PATH'])
  })

  it('serves loopback names and configured ones, on any port, and no other host', async () => {
    const { port } = new URL(url)
    for (const host of [
      'localhost',
      `localhost:${port}`,
      'LOCALHOST',
      '127.0.0.1',
      '[::1]',
      `[::1]:${port}`,
      'node.example',
      'node.example:443',
    ]) {
      assert.equal((await raw(url, { ...json, host })).status, 200, host)
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      'evil.localhost',
      'node.example.evil',
      'localhost:80:80',
      'localhost@evil.example',
      '127.0.0.2',
      '::1',
      '0.0.0.0',
    ]) {
      const reply = await raw(url, { ...json, host })
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'RPC_HOST_REFUSED'], host)
    }
  })

  it('refuses foreign origins, also one that equals the host', async () => {
    for (const origin of [
      'https://evil.example',
      'http://localhost',
      'null',
      'https://wallet.example.evil',
      'http://wallet.example',
      'https://wallet.example:444',
      'HTTPS://WALLET.EXAMPLE',
      '',
    ]) {
      const reply = await raw(url, { ...json, origin, host: 'localhost' })
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'RPC_ORIGIN_REFUSED'], origin)
      assert.equal(reply.headers['access-control-allow-origin'], undefined)
    }
    const rebound = { ...json, host: 'evil.example', origin: 'https://evil.example' }
    assert.equal((await raw(url, rebound)).status, 403)
  })

  it('refuses a request without a host', async () => {
    const head = 'POST / HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(head))
    let text = ''
    for await (const part of socket) text += String(part)
    assert.match(text, /^HTTP\/1\.1 403 .*RPC_HOST_REFUSED/s)
  })

  it('lets pages of allowed origins ask first and read the answer', async () => {
    const origin = 'https://wallet.example'
    const asked = await raw(
      url,
      { origin, 'access-control-request-method': 'POST' },
      { method: 'OPTIONS' },
    )
    assert.equal(asked.status, 204)
    assert.equal(asked.headers['access-control-allow-origin'], origin)
    assert.equal(asked.headers['access-control-allow-headers'], 'authorization, content-type')
    const answered = await raw(url, { ...json, origin })
    assert.equal(answered.status, 200)
    assert.equal(answered.headers['access-control-allow-origin'], origin)
    assert.equal(answered.headers['vary'], 'Origin')
    const foreign = await raw(url, { origin: 'https://evil.example' }, { method: 'OPTIONS' })
    assert.equal(foreign.status, 403)
  })

  it('refuses configured hosts and origins that no header could equal', () => {
    const chain = new FixtureChain()
    const options = {
      chain,
      render: renderParsTransaction,
      clock: systemClock,
      random: systemRandom,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      clientVersion: '',
    }
    for (const host of ['*', 'node.example:80', 'Node.example', 'http://node.example', '']) {
      assert.throws(() => createRpcServer({ ...options, allowedHosts: [host] }), {
        facts: { code: 'RPC_HOST_FORM', host },
      })
    }
    for (const origin of ['*', 'null', 'wallet.example', 'https://wallet.example/', '']) {
      assert.throws(() => createRpcServer({ ...options, allowedOrigins: [origin] }), {
        facts: { code: 'RPC_ORIGIN_FORM', origin },
      })
    }
  })

  it('listens on loopback only', async () => {
    const { server } = served
    for (const host of ['0.0.0.0', '::', '192.168.1.1', 'localhost', '127.1', '']) {
      await assert.rejects(server.listen({ host, port: 0 }), (error) => {
        assert.ok(error instanceof Fault)
        assert.equal(error.code, 'RPC_NOT_LOOPBACK')
        return true
      })
    }
  })

  it('answers errors of JSON-RPC with status 200', async () => {
    for (const body of ['{', '[]', '{}', '{"jsonrpc":"2.0","id":1,"method":"none"}']) {
      const { status, text } = await post(url, body)
      assert.equal(status, 200)
      assert.ok((JSON.parse(text) as JsonRpcAnswer).error)
    }
  })

  it('answers an empty body as a parse error and a notification with 204', async () => {
    const empty = await raw(url, json, { body: '' })
    assert.deepEqual([empty.status, codeOf(empty)], [200, 'RPC_PARSE'])
    const { status, text } = await post(url, '{"jsonrpc":"2.0","method":"eth_chainId"}')
    assert.deepEqual([status, text], [204, ''])
  })

  it('refuses bytes that are not UTF-8', async () => {
    const good = new TextEncoder().encode(chainIdRequest)
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const body = new Uint8Array([...good.slice(0, -2), ...bytes, ...good.slice(-2)])
      const reply = await post(url, body)
      assert.deepEqual([reply.status, codeOf(reply)], [200, 'RPC_PARSE'])
    }
    const utf16 = new Uint8Array(Buffer.from(chainIdRequest, 'utf16le'))
    assert.equal(codeOf(await post(url, utf16)), 'RPC_PARSE')
  })

  it('refuses a body beyond the limit, announced or not', async () => {
    const most = limits.requestBytes.value
    const body = `"${'x'.repeat(most)}"`
    const announced = await raw(url, json, { body })
    assert.deepEqual([announced.status, codeOf(announced)], [413, 'RPC_BODY_TOO_LARGE'])
    const chunked = await raw(url, { ...json, 'transfer-encoding': 'chunked' }, { body })
    assert.deepEqual([chunked.status, codeOf(chunked)], [413, 'RPC_BODY_TOO_LARGE'])
    const largest = await post(url, `"${'x'.repeat(most - 2)}"`)
    assert.deepEqual([largest.status, codeOf(largest)], [200, 'RPC_REQUEST_INVALID'])
  })

  it('stays well after deep JSON and a batch of 10,000 calls', async () => {
    const deep = await post(url, '['.repeat(1_000_000))
    assert.equal(codeOf(deep), 'RPC_REQUEST_INVALID')
    const batch = await post(
      url,
      `[${Array.from({ length: 10_000 }, () => chainIdRequest).join()}]`,
    )
    assert.equal(codeOf(batch), 'RPC_BATCH_TOO_LARGE')
    assert.equal((await call(url, 'eth_chainId')).result, '0x1c3b')
  })

  it('ends a call under way before it closes, and takes no other', async () => {
    const own = await serve()
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    own.chain.before = () => {
      reached.resolve()
      return held.promise
    }
    const answer = call(own.url, 'eth_getBalance', [account(0)])
    await reached.promise
    const closed = own.server.close()
    held.resolve()
    assert.equal((await answer).result, '0xd3c21bcecceda1000000')
    await closed
    await assert.rejects(call(own.url, 'eth_chainId'))
  })

  it('cuts connections that outlive the time to drain', async () => {
    const own = await serve({ limits: { drainTime: 1 } })
    own.chain.before = () => new Promise(() => undefined)
    const cut = assert.rejects(call(own.url, 'eth_getBalance', [account(0)]))
    const silent = connect(Number(new URL(own.url).port), '127.0.0.1')
    const ended = new Promise((resolve) => silent.on('close', resolve))
    silent.on('error', () => undefined)
    await new Promise((resolve) => silent.on('connect', resolve))
    silent.write('POST / HTTP/1.1\r\nHost: localhost\r\n')
    await own.server.close()
    await ended
    await cut
  })
})

describe('keys that the node holds', () => {
  it('are absent by default: no accounts, and the cure for methods that sign', async () => {
    const { server, url } = await serve()
    assert.deepEqual((await call(url, 'eth_accounts')).result, [])
    for (const method of [
      'eth_sendTransaction',
      'eth_sign',
      'eth_signTransaction',
      'personal_sign',
    ]) {
      const { error } = await call(url, method, [{ from: account(0) }])
      assert.equal(error?.code, -32601)
      assert.equal(error.data?.['code'], 'RPC_KEYS_ABSENT')
      assert.match(error.message, /does not exist.*eth_sendRawTransaction/)
    }
    await server.close()
  })

  it('sign what eth_sendTransaction sends, and the node says so of the rest', async () => {
    const signer = { accounts: () => [], sign: () => assert.fail(), algorithm: () => 0x65 }
    const { server, url } = await serve({ signer })
    for (const method of ['eth_sign', 'eth_signTransaction', 'personal_sign']) {
      const { error } = await call(url, method, [{ from: account(0) }])
      assert.equal(error?.code, -32601)
      assert.equal(error.data?.['code'], 'RPC_SIGN_UNSUPPORTED')
      assert.match(error.message, /does not exist.*signs what eth_sendTransaction sends/)
    }
    await server.close()
  })
})
