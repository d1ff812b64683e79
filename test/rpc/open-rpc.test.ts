import assert from 'node:assert/strict'

import { methods } from '#rpc'

import { call, post, serve, type Served } from './fixture-server.ts'
import { WebSocketClient } from './socket-client.ts'

interface Schema {
  readonly [name: string]: unknown
}

interface Document {
  readonly openrpc: string
  readonly info: { readonly title: string; readonly version: string }
  readonly methods: readonly {
    readonly name: string
    readonly summary: string
    readonly params: readonly {
      readonly name: string
      readonly required: boolean
      readonly schema: Schema
    }[]
    readonly result: { readonly schema: Schema }
  }[]
}

describe('what a server tells of itself', () => {
  let served: Served
  before(async () => {
    served = await serve()
  })
  after(() => served.server.close())

  it('is an OpenRPC document of the methods that it offers, and of no others', async () => {
    const { result } = await call(served.url, 'rpc.discover')
    const document = result as Document
    assert.equal(document.openrpc, '1.3.2')
    assert.equal(document.info.version, 'pars/test')
    const offered = methods.filter(
      ({ name, signs, needs }) => !signs && needs === undefined && !name.startsWith('admin_'),
    )
    assert.deepEqual(
      document.methods.map(({ name }) => name),
      offered.map(({ name }) => name).toSorted(),
    )
    for (const { name, summary, params, result: answer } of document.methods) {
      assert.ok(summary.length > 0, name)
      assert.equal(typeof answer.schema, 'object')
      const firstOptional = params.findIndex(({ required }) => !required)
      const gap = firstOptional >= 0 && params.slice(firstOptional).some(({ required }) => required)
      assert.equal(gap, false, name)
    }
  })

  it('has the form of parameters and answers', async () => {
    const { result } = await call(served.url, 'rpc.discover')
    const of = (name: string) => (result as Document).methods.find((one) => one.name === name)!
    const { params, result: answer } = of('eth_getBalance')
    assert.deepEqual(
      params.map(({ name, required }) => [name, required]),
      [
        ['address', true],
        ['block', false],
      ],
    )
    assert.deepEqual(params[0]?.schema, { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' })
    assert.deepEqual(answer.schema, {
      type: 'string',
      pattern: '^0x(?:0|[1-9a-f][0-9a-f]*)$',
    })
    assert.equal((of('eth_getLogs').result.schema['items'] as Schema)['type'], 'object')
  })

  it('names its namespaces', async () => {
    const { result } = await call(served.url, 'rpc_modules')
    const { eth, net, rpc, web3, admin } = result as Record<string, string>
    assert.deepEqual([eth, net, rpc, web3], ['1.0', '1.0', '1.0', '1.0'])
    assert.equal(admin, undefined)
  })

  it('leaves out what the caller may not call', async () => {
    const token = 'open-sesame'
    const { server, url } = await serve({ token, httpMethods: ['eth_chainId', 'rpc_', 'rpc.'] })
    const ask = async (method: string, headers: Readonly<Record<string, string>> = {}) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method })
      const { text } = await post(url, body, { 'content-type': 'application/json', ...headers })
      return (JSON.parse(text) as { readonly result: unknown }).result
    }
    assert.deepEqual(await ask('rpc_modules'), { eth: '1.0', rpc: '1.0' })
    const names = ((await ask('rpc.discover')) as Document).methods.map(({ name }) => name)
    assert.deepEqual(names, ['eth_chainId', 'rpc.discover', 'rpc_modules'])
    const known = { authorization: `Bearer ${token}` }
    const all = ((await ask('rpc.discover', known)) as Document).methods
    assert.ok(all.length > 50)
    assert.ok(all.every(({ name }) => !name.startsWith('admin_')))
    const client = await WebSocketClient.open(url)
    assert.notEqual((await client.ask<Record<string, string>>('rpc_modules'))['debug'], undefined)
    await client.close()
    await server.close()
  })
})
