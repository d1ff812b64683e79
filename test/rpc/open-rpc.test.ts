import assert from 'node:assert/strict'

import { methods } from '#rpc'

import { call, serve, type Served } from './fixture-server.ts'

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
    const offered = methods.filter(({ signs, needs }) => !signs && needs === undefined)
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
    assert.notEqual(admin, undefined)
  })
})
