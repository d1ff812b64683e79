import assert from 'node:assert/strict'

import { z } from 'zod'

import { silent } from '#base'
import type { MethodStatistics } from '#rpc'

import { createDispatcher } from '../../rpc/dispatcher.ts'
import { serverLimits } from '../../rpc/limits.ts'
import { defineMethod } from '../../rpc/method.ts'
import { CallStatistics, durationBounds } from '../../rpc/metrics/call-statistics.ts'
import { Presence } from '../../rpc/presence.ts'
import type { Methods } from '../../rpc/registry.ts'
import { account } from './fixture-chain.ts'
import { post, serve, type Served, systemClock } from './fixture-server.ts'
import { Gate, ManualClock } from './manual.ts'

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
    assert.deepEqual(a?.outcomes, {
      success: 2,
      refused: 0,
      limited: 0,
      late: 1,
      left: 0,
      failed: 0,
    })
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

describe('a dispatcher', () => {
  it('tells who came to the deadline from who left before', async () => {
    const statistics = new CallStatistics(['wait'])
    const clock = new ManualClock()
    const gate = new Gate()
    const params = z.tuple([z.string()])
    const wait = defineMethod({
      name: 'wait',
      summary: '',
      params,
      paramNames: ['name'],
      result: z.string(),
      async handler([name], _: unknown, attempt) {
        await gate.wait(name)
        attempt.check()
        return name
      },
    })
    const registry: Methods<unknown> = { writing: new Set(), find: () => wait }
    const limits = serverLimits({ callTime: 10 })
    const dispatcher = createDispatcher({ registry, clock, log: silent, limits, statistics })
    const ask = async (name: string, presence?: Presence) =>
      dispatcher.dispatch(
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'wait', params: [name] }),
        undefined,
        presence,
      )
    const presence = new Presence()
    const answers = [ask('leaves', presence), ask('waits')]
    await gate.until(2)
    presence.leave()
    clock.advance(10)
    await Promise.all(answers)
    for (const name of gate.started) gate.end(name)
    await new Promise((resolve) => setImmediate(resolve))
    const [counted] = statistics.read()
    assert.deepEqual([counted?.outcomes.left, counted?.outcomes.late], [1, 1])
  })
})

describe('a server', () => {
  let served: Served
  before(async () => {
    served = await serve({
      rate: { perSecond: 10, includesLocal: true },
      // Nothing is earned meanwhile.
      clock: { ...systemClock, now: () => 0 },
    })
  })
  after(() => served.server.close())

  function of(method: string): MethodStatistics['outcomes'] | undefined {
    return served.server.calls().find((one) => one.method === method)?.outcomes
  }

  const none = { success: 0, refused: 0, limited: 0, late: 0, left: 0, failed: 0 }

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

  it('counts what HTTP turns away before it reads what was asked', async () => {
    const before = of('unknown')?.limited ?? 0
    const request = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }
    const { status } = await post(served.url, JSON.stringify(request))
    assert.equal(status, 429)
    assert.equal(of('unknown')?.limited, before + 1)
  })
})
