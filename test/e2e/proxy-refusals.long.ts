/** What `pars proxy` refuses, and whom. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { exitCodes } from '../../node/exit-codes.ts'
import { assertRefused, type RpcAnswer } from './node.ts'
import {
  closedPort,
  codeOf,
  json,
  mail,
  type Proxy,
  ProxyBench,
  raw,
  relayed,
  rich,
  second,
  to,
} from './proxy-bench.ts'

describe('pars proxy refuses', function () {
  this.timeout(120_000)

  const bench = new ProxyBench()
  let proxy: Proxy
  after(() => bench[Symbol.asyncDispose]())
  before(async () => {
    await bench.prepare()
    proxy = await bench.proxy(...bench.flags())
  })

  it('names and uses its accounts for nobody without the token', async () => {
    const signing = [
      ['eth_requestAccounts'],
      ['eth_sendTransaction', { from: rich, to }],
      ['eth_signTransaction', { from: rich, to }],
      ['personal_sign', '0x00', rich],
      ['eth_signTypedData_v4', rich, mail],
    ] as const
    const before = await bench.upstream.ask('eth_getTransactionCount', rich, 'pending')
    const accounts = await proxy.post({ jsonrpc: '2.0', id: 1, method: 'eth_accounts' }, '')
    assert.deepEqual(accounts.result, [])
    for (const [method, ...params] of signing) {
      const answer = await proxy.post({ jsonrpc: '2.0', id: 1, method, params }, '')
      assert.equal(codeOf(answer), 'RPC_TOKEN_MISSING', method)
      assert.match(answer.error!.message, /Authorization: Bearer/)
    }
    const wrong = proxy.token.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })
    for (const authorization of [
      `Bearer ${wrong}`,
      `Bearer ${proxy.token}0`,
      `Basic ${btoa(`pars:${wrong}`)}`,
      'Basic %',
      `Digest ${proxy.token}`,
      proxy.token,
      '',
    ]) {
      const { status, text } = await raw(proxy.url, { ...json, authorization }, body)
      assert.equal(status, 401, authorization)
      assert.equal(codeOf(JSON.parse(text) as RpcAnswer), 'RPC_TOKEN_WRONG')
    }
    assert.equal(await bench.upstream.ask('eth_getTransactionCount', rich, 'pending'), before)
  })

  it('refuses pages, other names and other media types even with the token', async () => {
    const authorization = `Bearer ${proxy.token}`
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_accounts' })
    for (const [headers, status, code] of [
      [{ ...json, origin: 'https://evil.example' }, 403, 'RPC_ORIGIN_REFUSED'],
      [{ ...json, host: 'evil.example' }, 403, 'RPC_HOST_REFUSED'],
      [{ 'content-type': 'text/plain' }, 415, 'RPC_MEDIA_TYPE'],
    ] as const) {
      const reply = await raw(proxy.url, { authorization, ...headers }, body)
      assert.equal(reply.status, status)
      assert.equal(codeOf(JSON.parse(reply.text) as RpcAnswer), code)
    }
  })

  it('starts only for keys that it can open, on their network, where only this machine listens', async () => {
    bench.secret('wrong', 'wrong horse\n')
    const taken = new URL(proxy.url).port
    const foreign = await bench.node(
      'run',
      '--genesis',
      await bench.network('foreign'),
      '--data',
      bench.path('foreign'),
    )
    const away = await closedPort()
    const refusals = [
      [[], exitCodes.usage, /accounts/],
      [[rich, ...bench.flags(), '--port', '65536'], exitCodes.usage, /--port/],
      [[to, ...bench.flags()], exitCodes.key, /NODE_KEY_UNKNOWN/],
      [
        [rich, ...bench.flags(), '--password-file', bench.path('wrong')],
        exitCodes.key,
        /IDENTITY_PASSWORD/,
      ],
      [[rich, ...bench.flags(foreign.url)], exitCodes.key, /IDENTITY_FOREIGN_NETWORK/],
      [
        [rich, ...bench.flags(`http://127.0.0.1:${away}`)],
        exitCodes.unreachable,
        /NODE_UNREACHABLE/,
      ],
      [[rich, ...bench.flags('http://192.0.2.1')], exitCodes.unreachable, /NODE_RPC_URL/],
      [[rich, ...bench.flags(), '--port', taken], exitCodes.address, /NODE_PORT/],
      // No password is asked for when nothing could come of it.
      [[rich, '--host', '0.0.0.0'], exitCodes.address, /RPC_NOT_LOOPBACK/],
      [[rich, '--allow-hosts', 'A.example:1'], exitCodes.usage, /RPC_HOST_FORM/],
      [[rich, '--allow-origins', 'evil'], exitCodes.usage, /RPC_ORIGIN_FORM/],
    ] as const
    await Promise.all(
      refusals.map(async ([parameters, exitCode, pattern]) => {
        assertRefused(await bench.run('proxy', ...parameters), exitCode, pattern)
      }),
    )
    assert.deepEqual(await proxy.ask('eth_accounts'), [rich, second])
  })

  it('says so when the node is away, and signs nothing once another network answers', async () => {
    const data = bench.path('moving')
    const moving = await bench.node('run', '--genesis', bench.path('home.json'), '--data', data)
    const before = await bench.proxy(...bench.flags(moving.url))
    assert.equal(await before.ask('eth_chainId'), '0x1c3b')
    await moving.stop()
    for (const call of [
      ['eth_chainId'],
      ['eth_sendTransaction', { from: rich, to }],
      ['personal_sign', '0x00', rich],
    ] as const) {
      const [method, ...params] = call
      const answer = await before.answer(method, ...params)
      assert.equal(codeOf(answer), 'NODE_UNREACHABLE', method)
      assert.equal(answer.error?.code, -32002)
    }
    const { port } = new URL(moving.url)
    const network = ['--genesis', bench.path('foreign.json'), '--data', bench.path('other')]
    const other = bench.start('run', ...network, '--port', port)
    await other.printed(/rpc=/)
    assert.equal(await before.ask('eth_chainId'), '0x1c3b')
    for (const call of [
      ['eth_sendTransaction', { from: rich, to }],
      ['eth_signTransaction', { from: rich, to }],
      ['personal_sign', '0x00', rich],
      ['eth_signTypedData_v4', rich, mail],
    ] as const) {
      const [method, ...params] = call
      assert.equal(codeOf(await before.answer(method, ...params)), 'IDENTITY_FOREIGN_NETWORK')
    }
  })

  it('holds no more of an answer than a node may give, and believes none that makes no sense', async () => {
    let answer: (() => string) | undefined
    const server = createServer((incoming, outgoing) => {
      void relayed(incoming, bench.upstream.url, answer).then((text) => outgoing.end(text))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      const fooled = await bench.proxy(...bench.flags(`http://127.0.0.1:${port}`))
      for (const [hostile, code] of [
        [
          () => `[{"jsonrpc":"2.0","id":0,"result":"${'x'.repeat(33_554_432)}"}]`,
          'NODE_UNREACHABLE',
        ],
        [() => '<html>', 'NODE_UNREACHABLE'],
        [() => '[]', 'RPC_UPSTREAM_ANSWER'],
        [() => '[{"jsonrpc":"2.0","id":1,"result":"0x1"}]', 'RPC_UPSTREAM_ANSWER'],
        [() => '[{"jsonrpc":"2.0","id":0,"error":"no"}]', 'RPC_UPSTREAM_ANSWER'],
      ] as const) {
        answer = hostile
        assert.equal(codeOf(await fooled.answer('eth_chainId')), code)
        assert.ok((await fooled.answer('eth_sendTransaction', { from: rich, to })).error)
      }
      answer = undefined
      assert.equal(await fooled.ask('eth_chainId'), '0x1c3b')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
