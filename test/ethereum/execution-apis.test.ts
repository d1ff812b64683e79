import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { hex } from '#base'

import { resultSchemas } from './open-rpc.ts'
import { comparable, methodsOf, readSuite } from './replay.ts'
import { type Served, serveEthereum } from './serve.ts'

const vectors = path.join(process.env['PARS_VECTORS'] ?? '../shared/vectors', 'execution-apis')
const absent = !existsSync(vectors)

describe(`Ethereum's chain of 54 blocks${absent ? ` (pending: no ${vectors})` : ''}`, function () {
  this.timeout(60_000)
  let served: Served
  let url = ''

  before(async function () {
    if (absent) this.skip()
    served = await serveEthereum({
      genesis: path.join(vectors, 'genesis.json'),
      chain: path.join(vectors, 'chain.rlp'),
    })
    url = await served.server.listen({ host: '127.0.0.1', port: 0 })
  })
  after(() => served?.server.close())

  const ask = async (body: string): Promise<string> => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(url, { method: 'POST', headers, body })).text()
  }

  it('executes from homestead to bpo2 with every root equal', () => {
    const expected = JSON.parse(readFileSync(path.join(vectors, 'headfcu.json'), 'utf8')) as {
      params: [{ headBlockHash: string }]
    }
    assert.equal(served.head.header.number, 54n)
    assert.equal(hex(served.head.hash), expected.params[0].headBlockHash)
  })

  const schemaOf = absent ? () => undefined : resultSchemas(path.join(vectors, 'openrpc.json'))

  // On one node, in order: what one file sends into the pool another one finds there.
  for (const exchange of absent ? [] : readSuite(path.join(vectors, 'tests'))) {
    it(exchange.name, async () => {
      for (const [index, { request, response }] of exchange.steps.entries()) {
        const answer = await ask(request)
        const [expected, actual] = comparable(response, answer)
        const given = JSON.parse(answer) as { readonly result?: unknown }
        if (!exchange.isSchemaOnly || !('result' in given)) {
          assert.deepEqual(actual, expected)
          continue
        }
        const validate = schemaOf(methodsOf(exchange)[index] ?? '')
        assert.ok(validate, 'the method has no schema')
        assert.ok(validate(given.result), JSON.stringify(validate.errors))
      }
    })
  }

  it('keeps its head whatever was sent and built', async () => {
    const { number } = served.head.header
    const request = { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] }
    const answer = JSON.parse(await ask(JSON.stringify(request))) as { readonly result: string }
    assert.equal(BigInt(answer.result), number)
  })
})
