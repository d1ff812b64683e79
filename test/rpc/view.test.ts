/** /eth shows type 0x50 as type 0x2, in every place where a transaction or a receipt stands. */
import assert from 'node:assert/strict'

import { hex } from '#base'

import { account, sign } from './fixture-chain.ts'
import { call, post, serve, type Served } from './fixture-server.ts'

type Shown = Readonly<Record<string, unknown>>

/** The fields of Ethereum's type 2, sorted, with those of its place. */
const dynamicFee = [
  'accessList',
  'blockHash',
  'blockNumber',
  'blockTimestamp',
  'chainId',
  'from',
  'gas',
  'gasPrice',
  'hash',
  'input',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'nonce',
  'r',
  's',
  'to',
  'transactionIndex',
  'type',
  'v',
  'value',
  'yParity',
]

function assertDynamicFee(shown: Shown): void {
  assert.deepEqual(Object.keys(shown).toSorted(), dynamicFee)
  const { type, v, r, s, yParity } = shown
  assert.deepEqual([type, v, r, s, yParity], ['0x2', '0x0', '0x1', '0x1', '0x0'])
}

describe('the path /eth', () => {
  let served: Served
  before(async () => {
    served = await serve()
  })
  after(() => served.server.close())

  async function ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const { result, error } = await call(`${served.url}/eth`, method, params)
    assert.equal(error, undefined, JSON.stringify(error))
    return result as Result
  }

  const native = async (method: string, ...params: unknown[]): Promise<unknown> =>
    (await call(served.url, method, params)).result

  it('shows the transactions of a block, by every way to them, as type 2', async () => {
    const [block] = served.chain.blocks.slice(1)
    const blockHash = hex(block!.hash)
    const { transactions } = await ask<{ transactions: Shown[] }>(
      'eth_getBlockByNumber',
      '0x1',
      true,
    )
    const byHash = await ask<{ transactions: Shown[] }>('eth_getBlockByHash', blockHash, true)
    assert.deepEqual(byHash.transactions, transactions)
    assert.equal(transactions.length, 2)
    for (const [position, shown] of transactions.entries()) {
      assertDynamicFee(shown)
      const index = `0x${position}`
      const { hash } = shown
      assert.equal(hash, hex(block!.transactions[position]!.hash))
      for (const found of [
        await ask('eth_getTransactionByHash', hash),
        await ask('eth_getTransactionByBlockNumberAndIndex', '0x1', index),
        await ask('eth_getTransactionByBlockHashAndIndex', blockHash, index),
      ]) {
        assert.deepEqual(found, shown)
      }
    }
  })

  it('says what the native view says, but for the type and what is post-quantum', async () => {
    const hash = hex(served.chain.blocks[2]!.transactions[0]!.hash)
    const shown = await ask<Shown>('eth_getTransactionByHash', hash)
    const whole = (await native('eth_getTransactionByHash', hash)) as Shown
    assert.equal(whole['type'], '0x50')
    assert.ok('pqSignature' in whole && 'nonceKey' in whole)
    for (const name of dynamicFee.filter((one) => !['type', 'r', 's'].includes(one))) {
      assert.deepEqual(shown[name], whole[name], name)
    }
    assert.notDeepEqual(shown['accessList'], [])
  })

  it('shows receipts as type 2, with their logs', async () => {
    const [placed] = served.chain.blocks[2]!.transactions
    const hash = hex(placed!.hash)
    const receipt = await ask<Shown>('eth_getTransactionReceipt', hash)
    assert.equal(receipt['type'], '0x2')
    const whole = (await native('eth_getTransactionReceipt', hash)) as Shown
    assert.equal(whole['type'], '0x50')
    assert.deepEqual(receipt, { ...whole, type: '0x2' })
    assert.deepEqual(await ask('eth_getBlockReceipts', '0x2'), [receipt])
  })

  it('shows what the pool holds as type 2', async () => {
    const { wire, hash } = sign(4, { nonce: 1n })
    assert.equal(await ask('eth_sendRawTransaction', hex(wire)), hex(hash))
    const pooled = await ask<Shown>('eth_getTransactionByHash', hex(hash))
    assertDynamicFee(pooled)
    const from = await ask<{ pending: Shown }>('txpool_contentFrom', account(4))
    assert.deepEqual(from.pending, { 1: pooled })
    const content = await ask<{ pending: Readonly<Record<string, Shown>> }>('txpool_content')
    assert.deepEqual(content.pending[account(4)], { 1: pooled })
  })

  it('keeps blocks as they are: their hash, roots and size are of what is on disk', async () => {
    for (const number of ['0x0', '0x1', '0x2']) {
      const block = await ask('eth_getBlockByNumber', number, false)
      assert.deepEqual(block, await native('eth_getBlockByNumber', number, false))
    }
  })

  it('answers POST alone, and no path below it', async () => {
    const url = `${served.url}/eth`
    const got = await fetch(url)
    assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
    for (const path of ['/eth/', '/eth/1', '/ETH', '/ethereum']) {
      const { status, text } = await post(served.url + path, '{}')
      assert.deepEqual([path, status, text.includes('RPC_PATH')], [path, 404, true])
    }
  })
})
