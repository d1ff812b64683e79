import assert from 'node:assert/strict'

import type { MethodStatistics } from '#rpc'

import { CallStatistics, durationBounds } from '../../rpc/metrics/call-statistics.ts'
import { account } from './fixture-chain.ts'
import { post, serve, type Served } from './fixture-server.ts'

describe('the statistics of calls', () => {
  it('count by method, outcome and duration', () => {
    const statistics = new CallStatistics(['a', 'b', 'c'])
    statistics.ended('a', 'success', 0)
    statistics.ended('a', 'success', 1)
    statistics.ended('a', 'late', 20_001)
    statistics.ended('b', 'refused', 1.5)
    const [a, b, ...others] = statistics.read()
    assert.deepEqual(others, [])
    assert.deepEqual([a?.method, a?.time, b?.method, b?.time], ['a', 20_002, 'b', 1.5])
    assert.deepEqual(a?.outcomes, { success: 2, refused: 0, limited: 0, late: 1, failed: 0 })
    assert.equal(a.durations.length, durationBounds.length + 1)
    assert.deepEqual([a.durations[0], a.durations.at(-1)], [2, 1])
    assert.equal(b?.durations[1], 1)
  })

  it('do not grow with the names that strangers make up', () => {
    const statistics = new CallStatistics(['a'])
    for (let count = 0; count < 10_000; count++) statistics.ended(`x${count}`, 'refused', 0)
    for (const name of ['__proto__', 'constructor', '', undefined]) {
      statistics.ended(name, 'refused', 0)
    }
    assert.deepEqual(
      statistics.read().map(({ method, outcomes }) => [method, outcomes.refused]),
      [['unknown', 10_004]],
    )
  })
})

describe('a server', () => {
  let served: Served
  before(async () => {
    served = await serve({
      rate: { perSecond: 10, includesLocal: true },
    })
  })
  after(() => served.server.close())

  function of(method: string): MethodStatistics['outcomes'] | undefined {
    return served.server.calls().find((one) => one.method === method)?.outcomes
  }

  const none = { success: 0, refused: 0, limited: 0, late: 0, failed: 0 }

  it('counts each call of a batch as what it came to', async () => {
    const { chain, url } = served
    let reads = 0
    chain.before = () => {
      if (++reads === 2) throw new TypeError('broken')
    }
    const calls = [
      ['eth_chainId'],
      ['eth_getBalance', account(0)],
      ['eth_getBalance', 'x'],
      ['eth_getTransactionCount', account(0)],
      ['eth_nothing'],
      ...Array.from({ length: 100 }, () => ['eth_gasPrice']),
    ].map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }))
    await post(url, JSON.stringify(calls))
    assert.deepEqual(of('eth_chainId'), { ...none, success: 1 })
    assert.deepEqual(of('eth_getBalance'), { ...none, success: 1, refused: 1 })
    assert.deepEqual(of('eth_getTransactionCount'), { ...none, failed: 1 })
    assert.deepEqual(of('unknown'), { ...none, refused: 1 })
    const { success = 0, limited = 0 } = of('eth_gasPrice') ?? {}
    assert.equal(success + limited, 100)
    assert.ok(limited > 0)
  })
})
