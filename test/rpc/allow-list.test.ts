import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isFault } from '#base'
import { methods, publicMethods, type RpcServerOptions } from '#rpc'

import { anyMethod, createAllowList } from '../../rpc/allow-list.ts'
import { type JsonRpcAnswer, post, serve } from './fixture-server.ts'
import { StreamClient, WebSocketClient } from './socket-client.ts'

describe('the list of methods', () => {
  it('has whole names and namespaces', () => {
    const list = createAllowList(['eth_', 'txpool_status', 'rpc.'])
    for (const method of ['eth_call', 'eth_chainId', 'txpool_status', 'rpc.discover']) {
      assert.ok(list.has(method), method)
    }
    for (const method of ['txpool_content', 'ethx_call', 'eth', 'rpc_modules', 'toString', '']) {
      assert.ok(!list.has(method), method)
    }
    assert.ok(!createAllowList([]).has('eth_call'))
  })

  it('refuses what names no method, and what the network never offers', () => {
    for (const entry of ['eth', '', '_', 'eth_*', 'eth call', 'ETH_', 'admin_', 'admin_peers']) {
      assert.throws(
        () => createAllowList([entry]),
        (error) => isFault(error, 'RPC_METHOD_FORM'),
        entry,
      )
    }
  })

  it('offers strangers nothing dear and nothing of development by default', () => {
    const list = createAllowList(publicMethods)
    const offered = methods.filter(({ name }) => list.has(name))
    assert.deepEqual(
      new Set(offered.map(({ name }) => name.split(/[_.]/)[0])),
      new Set(['eth', 'net', 'pars', 'rpc', 'web3']),
    )
  })

  it('takes every method that exists', () => {
    const names = methods.map(({ name }) => name).filter((name) => !name.startsWith('admin_'))
    const list = createAllowList(names)
    assert.ok(names.every((name) => list.has(name) && anyMethod.has(name)))
  })
})

const closed = 'RPC_METHOD_CLOSED'

async function ask(url: string, method: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method })
  const { text } = await post(url, body, { 'content-type': 'application/json', ...headers })
  return (JSON.parse(text) as JsonRpcAnswer).error?.data?.['code']
}

async function restricted(options: Partial<RpcServerOptions> = {}) {
  return serve({
    token: 'open-sesame',
    httpMethods: ['eth_', 'txpool_status'],
    wsMethods: ['net_'],
    ...options,
  })
}

describe('a server with lists of methods', () => {
  it('offers on each transport what its list has', async () => {
    const { server, url } = await restricted()
    assert.equal(await ask(url, 'eth_chainId'), undefined)
    assert.equal(await ask(url, 'txpool_status'), undefined)
    assert.equal(await ask(url, 'txpool_content'), closed)
    assert.equal(await ask(url, 'net_version'), closed)
    assert.equal(await ask(url, 'eth_nothing'), 'RPC_METHOD_UNKNOWN')
    const client = await WebSocketClient.open(url)
    assert.equal(await client.ask('net_version'), '7227')
    const { error } = await client.answer('eth_chainId')
    assert.deepEqual([error?.code, error?.data?.['code']], [-32601, closed])
    assert.match(error?.message ?? '', /does not exist\/is not available here: .*ws-methods/)
    await client.close()
    await server.close()
  })

  it('opens everything but the administration to who brings the token', async () => {
    const { server, url } = await restricted()
    const known = { authorization: 'Bearer open-sesame' }
    for (const method of ['txpool_content', 'net_version', 'web3_clientVersion']) {
      assert.equal(await ask(url, method, known), undefined, method)
    }
    assert.equal(await ask(url, 'admin_datadir', known), closed)
    assert.equal(await ask(url, 'txpool_content', { authorization: 'Bearer x' }), 'RPC_TOKEN_WRONG')
    await server.close()
  })

  it('offers the administration on the socket alone, even where nothing is listed', async () => {
    const { server, url } = await serve()
    assert.equal(await ask(url, 'txpool_content'), undefined)
    assert.equal(await ask(url, 'admin_datadir'), closed)
    const client = await WebSocketClient.open(url)
    assert.equal((await client.answer('admin_datadir')).error?.data?.['code'], closed)
    await client.close()
    await server.close()
  })

  it('offers everything on the socket', async () => {
    const { server } = await restricted({
      node: {
        status: () => ({ role: 'sealer', peers: 0, consensus: null }),
        peers: () => [],
        admin: { data: '/data', network: undefined },
      },
    })
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-ipc-'))
    const place = path.join(folder, 'ipc')
    const sockets = createServer((socket) => server.attach(socket)).listen(place)
    await once(sockets, 'listening')
    const client = await StreamClient.open(place)
    assert.equal(await client.ask('admin_datadir'), '/data')
    assert.equal(await client.ask('net_version'), '7227')
    assert.deepEqual(await client.ask('admin_peers'), [])
    const peer = `Qm${'x'.repeat(44)}`
    for (const [method, good, ...wrong] of [
      ['admin_addPeer', `/ip4/127.0.0.1/tcp/1/p2p/${peer}`, peer, '/ip4/127.0.0.1/tcp/1', 7, null],
      ['admin_removePeer', peer, 'x', `${peer}0`, {}, null],
    ] as const) {
      const alone = await client.answer(method, good)
      assert.equal(alone.error?.data?.['code'], 'RPC_ADMIN_ABSENT')
      for (const one of wrong) {
        assert.equal((await client.answer(method, one)).error?.code, -32602, method)
      }
    }
    await client.close()
    sockets.close()
    rmSync(folder, { recursive: true })
    await server.close()
  })

  it('refuses lists that nothing could be on', async () => {
    await assert.rejects(serve({ httpMethods: ['eth'] }), (error) =>
      isFault(error, 'RPC_METHOD_FORM'),
    )
  })
})
