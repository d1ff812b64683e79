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

  async function result<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const answer = await ask(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
    const { result: given, error } = JSON.parse(answer) as {
      readonly result: Result
      readonly error?: { readonly message: string }
    }
    assert.equal(error, undefined, answer)
    return given
  }

  it('tells the blob fees and how full of blobs its blocks were', async () => {
    interface History {
      readonly oldestBlock: string
      readonly baseFeePerBlobGas: readonly string[]
      readonly blobGasUsedRatio: readonly number[]
    }
    const numbers = Array.from({ length: 55 }, (_, number) => number)
    const blocks = await Promise.all(
      numbers.map((number) =>
        result<Record<string, string>>('eth_getBlockByNumber', `0x${number.toString(16)}`, false),
      ),
    )
    const history = await result<History>('eth_feeHistory', '0x37', 'latest', [])
    assert.equal(history.oldestBlock, '0x0')
    assert.equal(history.baseFeePerBlobGas.length, 56)
    const sinceBlobs = blocks.findIndex(({ excessBlobGas }) => excessBlobGas !== undefined)
    assert.ok(sinceBlobs > 0)
    assert.deepEqual(
      history.baseFeePerBlobGas.map((fee) => BigInt(fee) > 0n),
      [...numbers, 55].map((number) => number >= sinceBlobs),
    )
    const used = blocks.map(({ blobGasUsed }) => Number(blobGasUsed ?? 0))
    const withBlobs = numbers.filter((number) => (used[number] ?? 0) > 0)
    const room = withBlobs.map((number) => {
      const gas = (used[number] ?? 0) / (history.blobGasUsedRatio[number] ?? 0)
      return [number, Math.round(gas / 131_072)]
    })
    // Cancun lets 6 blobs in, Prague and Osaka 9, the first fork of blob parameters alone 15.
    assert.deepEqual(room, [
      [42, 6],
      [43, 6],
      [45, 9],
      [48, 9],
      [51, 15],
      [53, 15],
    ])
    const ratios = history.blobGasUsedRatio.filter((ratio) => ratio > 0)
    assert.equal(ratios.length, withBlobs.length)
    const some = await result<History>('eth_feeHistory', '0x2', '0x2b', [])
    assert.deepEqual(some.baseFeePerBlobGas, history.baseFeePerBlobGas.slice(42, 45))
    assert.deepEqual(some.blobGasUsedRatio, history.blobGasUsedRatio.slice(42, 44))
  })

  it('fills in transactions of a type that it has', async () => {
    const from = `0x${'00'.repeat(20)}`
    const { tx } = await result<{ tx: Record<string, unknown> }>('eth_fillTransaction', {
      from,
      to: from,
    })
    assert.equal(tx['type'], '0x2')
    assert.deepEqual(['nonceKey' in tx, 'validUntil' in tx], [false, false])
  })

  it('simulates nothing that no block could have', async () => {
    const to = `0x${'11'.repeat(20)}`
    const authorization = { chainId: '0x0', address: to, nonce: '0x0', yParity: '0x0' }
    const signed = { ...authorization, r: '0x1', s: '0x1' }
    for (const [call, words] of [
      [{ to, blobVersionedHashes: [`0x02${'00'.repeat(31)}`] }, /^blob 0 has invalid hash version/],
      [{ blobVersionedHashes: [`0x01${'00'.repeat(31)}`] }, /^blob transaction of type create/],
      [{ authorizationList: [signed] }, /^EIP-7702 transaction cannot be used to create contract/],
    ] as const) {
      const payload = { blockStateCalls: [{ calls: [call] }] }
      const request = {
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_simulateV1',
        params: [payload, 'latest'],
      }
      const { error } = JSON.parse(await ask(JSON.stringify(request))) as {
        readonly error?: { readonly code: number; readonly message: string }
      }
      assert.equal(error?.code, -32602)
      assert.match(error.message, words)
    }
  })

  it('keeps its head whatever was sent and built', async () => {
    const { number } = served.head.header
    const request = { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] }
    const answer = JSON.parse(await ask(JSON.stringify(request))) as { readonly result: string }
    assert.equal(BigInt(answer.result), number)
  })
})
