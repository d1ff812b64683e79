import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'

import { WebSocket } from 'ws'

import { limits } from '#rpc'

import { account, FixtureChain, sign } from './fixture-chain.ts'
import { call, type JsonRpcAnswer, serve, type Served } from './fixture-server.ts'
import { WebSocketClient } from './socket-client.ts'

const chainId = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'

/** What a proxy says of its client. */
function from(address: string) {
  return { headers: { 'x-forwarded-for': `9.9.9.9, ${address}` } }
}

/** The status and the code of the fault that an upgrade was refused with. */
async function refusal(
  url: string,
  options: ConstructorParameters<typeof WebSocket>[2] = {},
): Promise<readonly [status: number | undefined, code: unknown]> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), options)
  const [response] = await new Promise<[IncomingMessage]>((resolve, reject) => {
    socket.on('unexpected-response', (_, answered) => resolve([answered]))
    socket.on('open', () => reject(new Error('it was let in')))
    socket.on('error', () => undefined)
  })
  let text = ''
  for await (const part of response) text += String(part)
  return [response.statusCode, (JSON.parse(text) as JsonRpcAnswer).error?.data?.['code']]
}

describe('JSON-RPC over WebSocket', () => {
  let served: Served
  let url: string
  before(async () => {
    served = await serve({
      allowedHosts: ['node.example'],
      allowedOrigins: ['https://wallet.example'],
      token: 'open-sesame',
    })
    ;({ url } = served)
  })
  after(() => served.server.close())

  it('answers on the paths of HTTP, each with its view', async () => {
    for (const [path, type] of [
      ['/', '0x50'],
      ['/eth', '0x2'],
      ['/?key=1', '0x50'],
    ] as const) {
      const client = await WebSocketClient.open(url + path)
      assert.equal(await client.ask('eth_chainId'), '0x1c3b')
      const hash = `0x${served.chain.blocks[1]!.transactions[0]!.hash.toHex()}`
      const found = await client.ask<{ type: string }>('eth_getTransactionByHash', hash)
      assert.equal(found.type, type)
      await client.close()
    }
  })

  it('takes batches, notifications and mistakes as HTTP does', async () => {
    const client = await WebSocketClient.open(url)
    client.send(`[${chainId},{"jsonrpc":"2.0","method":"eth_chainId"},{"id":7}]`)
    const [batch] = (await client.until(() =>
      client.messages.length > 0 ? client.messages : undefined,
    )) as unknown as [JsonRpcAnswer[]]
    assert.equal(batch.length, 2)
    assert.equal(batch[0]?.result, '0x1c3b')
    assert.equal(batch[1]?.error?.code, -32600)
    client.send('{')
    const [, mistake] = (await client.until(() =>
      client.messages.length > 1 ? client.messages : undefined,
    )) as JsonRpcAnswer[]
    assert.equal(mistake?.error?.code, -32700)
    client.send('{"jsonrpc":"2.0","method":"eth_chainId"}')
    assert.equal(await client.ask('eth_chainId'), '0x1c3b')
    assert.equal(client.messages.length, 3)
    await client.close()
  })

  it('lets in nobody whom HTTP would refuse', async () => {
    assert.deepEqual(await refusal(url, { headers: { host: 'evil.example' } }), [
      403,
      'RPC_HOST_REFUSED',
    ])
    assert.deepEqual(await refusal(url, { origin: 'https://evil.example' }), [
      403,
      'RPC_ORIGIN_REFUSED',
    ])
    const rebound = { headers: { host: 'evil.example' }, origin: 'http://evil.example' }
    assert.deepEqual(await refusal(url, rebound), [403, 'RPC_HOST_REFUSED'])
    assert.deepEqual(await refusal(url, { headers: { authorization: 'Bearer wrong' } }), [
      401,
      'RPC_TOKEN_WRONG',
    ])
    assert.deepEqual(await refusal(`${url}/rpc`), [404, 'RPC_PATH'])
    const page = await WebSocketClient.open(url, {
      origin: 'https://wallet.example',
      headers: { host: 'node.example', authorization: 'Bearer open-sesame' },
    })
    assert.equal(await page.ask('eth_chainId'), '0x1c3b')
    await page.close()
  })

  it('answers a request that only offers another protocol as if it had not', async () => {
    const head = [
      'POST / HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'Content-Type: application/json',
      `Content-Length: ${chainId.length}`,
    ]
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n${chainId}`),
    )
    let text = ''
    for await (const part of socket) text += String(part)
    assert.match(text, /^HTTP\/1\.1 200 .*"result":"0x1c3b"/s)
  })

  it('closes on binary, on what is no UTF-8, and on more than a message may have', async () => {
    for (const [data, binary, code] of [
      [Buffer.from(chainId), true, 1003],
      [Buffer.from([0x22, 0xff, 0x22]), false, 1007],
      [`"${'x'.repeat(limits.requestBytes.value)}"`, false, 1009],
    ] as const) {
      const client = await WebSocketClient.open(url)
      client.socket.send(data, { binary })
      assert.equal((await client.until(() => client.closed)).code, code)
    }
  })

  it('offers no compression', async () => {
    const client = await WebSocketClient.open(url, { perMessageDeflate: true })
    assert.equal(client.socket.extensions, '')
    await client.close()
  })
})

describe('a WebSocket within its limits', () => {
  it('has so many connections in all, and gives the place of one that went', async () => {
    const { server, url } = await serve({ limits: { sockets: 2 } })
    const first = await WebSocketClient.open(url)
    const second = await WebSocketClient.open(url)
    assert.deepEqual(await refusal(url), [503, 'RPC_CONNECTIONS_FULL'])
    assert.equal((await call(url, 'eth_chainId')).result, '0x1c3b')
    await first.close()
    const third = await WebSocketClient.open(url)
    assert.equal(await third.ask('eth_chainId'), '0x1c3b')
    await Promise.all([second.close(), third.close(), server.close()])
  })

  it('counts clients beyond this machine one by one', async () => {
    const { server, url } = await serve({ limits: { socketsPerClient: 1 }, trustsProxy: true })
    const first = await WebSocketClient.open(url, from('203.0.113.1'))
    assert.deepEqual(await refusal(url, from('203.0.113.1')), [503, 'RPC_CONNECTIONS_FULL'])
    const second = await WebSocketClient.open(url, from('203.0.113.2'))
    const unnamed = await WebSocketClient.open(url)
    for (const options of [{}, from('127.0.0.1'), from('unknown')]) {
      assert.deepEqual(await refusal(url, options), [503, 'RPC_CONNECTIONS_FULL'])
    }
    await Promise.all([first, second, unnamed].map((client) => client.close()))
    await server.close()
  })

  it('leaves HTTP its connections, however many come at once', async () => {
    const { server, url } = await serve({ limits: { connections: 1 } })
    const clients = await Promise.all(Array.from({ length: 100 }, () => WebSocketClient.open(url)))
    assert.equal(server.facts().connections.ws, 100)
    assert.equal((await call(url, 'eth_chainId')).result, '0x1c3b')
    await Promise.all(clients.map((client) => client.close()))
    await server.close()
  })

  it('reads no more messages than it has under way', async () => {
    const { server, chain, url } = await serve({ limits: { socketCalls: 2 } })
    let under = 0
    let most = 0
    const gate = Promise.withResolvers<void>()
    chain.before = async () => {
      most = Math.max(most, ++under)
      await gate.promise
      under--
    }
    const client = await WebSocketClient.open(url)
    const answers = Array.from({ length: 50 }, () => client.ask('eth_getBalance', account(0)))
    gate.resolve()
    await Promise.all(answers)
    assert.equal(most, 2)
    await client.close()
    await server.close()
  })

  it('drops who does not answer a ping, and nobody else', async () => {
    const { server, url } = await serve({ limits: { pingTime: 20 } })
    const silent = await WebSocketClient.open(url, { autoPong: false })
    const alive = await WebSocketClient.open(url)
    assert.equal((await silent.until(() => silent.closed)).code, 1006)
    assert.equal(await alive.ask('eth_chainId'), '0x1c3b')
    await alive.close()
    await server.close()
  })

  it('forgets the calls of who left', async () => {
    const { server, chain, url } = await serve()
    const left = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    chain.readsUntil = (signal?: AbortSignal) => {
      signal?.addEventListener('abort', () => left.resolve())
      return chain.reads
    }
    chain.before = () => {
      asked.resolve()
      return new Promise(() => undefined)
    }
    const client = await WebSocketClient.open(url)
    client.send(`{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["${account(0)}"]}`)
    await asked.promise
    client.socket.terminate()
    await left.promise
    await server.close()
  })

  it('answers what is under way before it closes, and says goodbye', async () => {
    const { server, chain, url } = await serve()
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    chain.before = () => {
      reached.resolve()
      return held.promise
    }
    const client = await WebSocketClient.open(url)
    const answer = client.ask('eth_getBalance', account(0))
    await reached.promise
    const closed = server.close()
    held.resolve()
    assert.equal(await answer, '0xd3c21bcecceda1000000')
    assert.equal((await client.until(() => client.closed)).code, 1001)
    await closed
  })
})

describe('a client that does not read', () => {
  it('is dropped when too much is on its way to it, and others are told everything', async () => {
    const { server, chain, url } = await serve({ limits: { socketBytes: 100_000 } })
    const slow = await WebSocketClient.open(url)
    await slow.ask('eth_subscribe', 'logs')
    slow.socket.pause()
    const quick = await WebSocketClient.open(url)
    const heads = await quick.ask<string>('eth_subscribe', 'newHeads')
    const transaction = sign(0)
    const blocks = 200
    let most = 0
    for (let block = 0; block < blocks; block++) {
      const logs = [{ address: new Uint8Array(20), topics: [], data: new Uint8Array(100_000) }]
      chain.commit([{ ...transaction, logs }])
      await quick.toldAtLeast(block + 1, heads)
      most = Math.max(most, server.facts().outgoing)
    }
    assert.equal(server.facts().connections.ws, 1)
    assert.equal(server.facts().subscriptions, 1)
    assert.equal(server.facts().outgoing, 0)
    assert.ok(most < 1_000_000, `${most} bytes were on their way`)
    slow.socket.terminate()
    await quick.close()
    await server.close()
  })

  it('is not read either while answers are on their way to it', async () => {
    const { server, chain, url } = await serve({ limits: { socketBytes: 100_000 } })
    const slow = await WebSocketClient.open(url)
    slow.socket.pause()
    const many = 400
    for (let id = 0; id < many; id++) {
      slow.send(
        `{"jsonrpc":"2.0","id":${id},"method":"eth_call","params":[{"to":"0x000000000000000000000000000000000000ec40","data":"0x${'ab'.repeat(50_000)}"}]}`,
      )
    }
    const other = await WebSocketClient.open(url)
    // Whatever the system takes between the two ends, most of them are never begun.
    let before = -1
    while (chain.calls.length !== before || before < 1) {
      before = chain.calls.length
      for (let turn = 0; turn < 20; turn++) await other.ask('eth_chainId')
    }
    assert.ok(chain.calls.length < many, `${chain.calls.length} calls began`)
    assert.ok(server.facts().outgoing < 100_000 + 33 * 110_000)
    slow.socket.resume()
    await slow.until(() => (slow.messages.length === many ? true : undefined))
    await Promise.all([slow.close(), other.close()])
    await server.close()
  })

  it('is the first to go when all together are too much', async () => {
    const { server, chain, url } = await serve({ limits: { socketBytesInAll: 300_000 } })
    const slow = await WebSocketClient.open(url)
    await slow.ask('eth_subscribe', 'logs')
    slow.socket.pause()
    const quick = await WebSocketClient.open(url)
    const heads = await quick.ask<string>('eth_subscribe', 'newHeads')
    for (let block = 0; block < 200; block++) {
      const logs = [{ address: new Uint8Array(20), topics: [], data: new Uint8Array(100_000) }]
      chain.commit([{ ...sign(0), logs }])
      await quick.toldAtLeast(block + 1, heads)
    }
    assert.equal(server.facts().connections.ws, 1)
    assert.equal(await quick.ask('eth_chainId'), '0x1c3b')
    slow.socket.terminate()
    await quick.close()
    await server.close()
  })
})

describe('an HTTP client that leaves', () => {
  it('ends the reads of its call', async () => {
    const { server, chain, url } = await serve()
    assert.ok(chain instanceof FixtureChain)
    const left = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    chain.readsUntil = (signal?: AbortSignal) => {
      signal?.addEventListener('abort', () => left.resolve())
      return chain.reads
    }
    chain.before = () => {
      asked.resolve()
      return new Promise(() => undefined)
    }
    const leaving = new AbortController()
    const answer = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["${account(0)}"]}`,
      signal: leaving.signal,
    })
    answer.catch(() => undefined)
    await asked.promise
    leaving.abort()
    await left.promise
    await server.close()
  })
})
