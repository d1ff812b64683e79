import assert from 'node:assert/strict'

import { hex } from '#base'
import { methods } from '#rpc'

import { limits } from '../../rpc/limits.ts'
import { account, contracts, gwei, sign } from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'

type Content = Readonly<Record<'pending' | 'queued', Readonly<Record<string, object>>>>

/** The same with hashes in place of the transactions. */
function hashesOf(part: Readonly<Record<string, object>>): object {
  const shown = Object.entries(part).map(([sender, byPlace]) => [
    sender,
    Object.fromEntries(
      Object.entries(byPlace).map(([place, { hash }]: [string, { hash: string }]) => [place, hash]),
    ),
  ])
  return Object.fromEntries(shown)
}

describe('txpool methods', () => {
  let served: Served
  const hashes: Record<'first' | 'second' | 'lane' | 'waiting' | 'creation', string> = {
    first: '',
    second: '',
    lane: '',
    waiting: '',
    creation: '',
  }
  const source = { kind: 'client', id: 'test' } as const

  before(async () => {
    served = await serve()
    const { pool, queued } = served.chain
    const put = async (...parameters: Parameters<typeof sign>): Promise<string> =>
      hex(await pool.submit(sign(...parameters).wire, source))
    hashes.first = await put(0, { nonce: 1n, to: contracts.echo, value: 7n })
    hashes.second = await put(0, { nonce: 2n })
    hashes.lane = await put(0, { nonceKey: 42n, nonce: 3n })
    hashes.creation = await put(1, { nonce: 1n, to: new Uint8Array(0), gasLimit: 90_000n })
    hashes.waiting = await put(1, { nonce: 5n })
    queued.add(hashes.waiting.slice(2))
  })
  after(() => served.server.close())

  async function result(method: string, ...params: unknown[]): Promise<unknown> {
    const answer = await call(served.url, method, params)
    assert.equal(answer.error, undefined, JSON.stringify(answer.error))
    const definition = methods.find(({ name }) => name === method)
    assert.deepEqual(definition?.result.safeParse(answer.result).error, undefined)
    return answer.result
  }

  it('count what can run and what waits', async () => {
    assert.deepEqual(await result('txpool_status'), { pending: '0x4', queued: '0x1' })
  })

  it('give every transaction by sender and nonce, those of lanes behind their nonceKey', async () => {
    const { pending, queued } = (await result('txpool_content')) as Content
    assert.deepEqual(hashesOf(pending), {
      [account(0)]: { 1: hashes.first, 2: hashes.second, '0x2a:3': hashes.lane },
      [account(1)]: { 1: hashes.creation },
    })
    assert.deepEqual(hashesOf(queued), { [account(1)]: { 5: hashes.waiting } })
    const { [account(1)]: own } = pending
    assert.deepEqual(
      (own as Record<string, unknown>)['1'],
      await result('eth_getTransactionByHash', hashes.creation),
    )
  })

  it('give what one sender has, and nothing for a stranger', async () => {
    const content = (await result('txpool_content')) as Content
    for (const one of [0, 1]) {
      assert.deepEqual(await result('txpool_contentFrom', account(one)), {
        pending: content.pending[account(one)] ?? {},
        queued: content.queued[account(one)] ?? {},
      })
    }
    const none = { pending: {}, queued: {} }
    assert.deepEqual(await result('txpool_contentFrom', account(5)), none)
  })

  it('sum each up in the words that tools parse', async () => {
    const price = `${10n * gwei} wei`
    assert.deepEqual(await result('txpool_inspect'), {
      pending: {
        [account(0)]: {
          1: `${hex(contracts.echo)}: 7 wei + 100000 gas × ${price}`,
          2: `${account(9)}: 1 wei + 100000 gas × ${price}`,
          '0x2a:3': `${account(9)}: 1 wei + 100000 gas × ${price}`,
        },
        [account(1)]: { 1: `contract creation: 1 wei + 90000 gas × ${price}` },
      },
      queued: { [account(1)]: { 5: `${account(9)}: 1 wei + 100000 gas × ${price}` } },
    })
  })

  it('are empty where the pool is', async () => {
    const own = await serve()
    const none = { pending: {}, queued: {} }
    assert.deepEqual((await call(own.url, 'txpool_content')).result, none)
    assert.deepEqual((await call(own.url, 'txpool_inspect')).result, none)
    const count = { pending: '0x0', queued: '0x0' }
    assert.deepEqual((await call(own.url, 'txpool_status')).result, count)
    await own.server.close()
  })

  it('refuse to write out more than a full block, and name what does', async () => {
    const own = await serve()
    const { pool } = own.chain
    await pool.submit(sign(0, { nonce: 1n }).wire, source)
    const [one] = own.chain.pooled
    const most = Math.floor(limits.poolBytes.value / one!.wire.length)
    const fill = (count: number): void => {
      own.chain.pooled.splice(0)
      for (let nonce = 0; nonce < count; nonce++) {
        own.chain.pooled.push({ ...one!, nonce: BigInt(nonce) })
      }
    }
    fill(most)
    const { result: fits } = await call(own.url, 'txpool_content')
    const { pending } = fits as Content
    assert.equal(Object.keys(pending[account(0)]!).length, most)
    fill(most + 1)
    const { error } = await call(own.url, 'txpool_content')
    assert.deepEqual([error?.code, error?.data?.['code']], [-32005, 'RPC_RESPONSE_TOO_LARGE'])
    assert.match(error?.message ?? '', /txpool_contentFrom/)
    const { result: lines } = await call(own.url, 'txpool_inspect')
    assert.equal(Object.keys((lines as Content).pending[account(0)]!).length, most + 1)
    await own.server.close()
  })
})
