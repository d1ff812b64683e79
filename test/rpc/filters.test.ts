import assert from 'node:assert/strict'

import { fixed, hex, type Hex } from '#base'
import { limits } from '#rpc'

import { contracts, emitterTopic, type Sent, sign } from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'
import { ManualClock } from './manual.ts'

interface Log {
  readonly topics: readonly Hex[]
}

const transaction = sign(0)

function emit(...values: number[]): Sent {
  const logs = values.map((value) => ({
    address: contracts.echo,
    topics: [emitterTopic, fixed(value, 32)],
    data: fixed(value, 32),
  }))
  return { ...transaction, logs }
}

const valuesOf = (logs: unknown): readonly number[] =>
  (logs as readonly Log[]).map(({ topics }) => Number(topics[1]))

describe('filters', () => {
  let served: Served
  beforeEach(async () => {
    served = await serve()
  })
  afterEach(() => served.server.close())

  async function ask(method: string, ...params: unknown[]): Promise<unknown> {
    const { result, error } = await call(served.url, method, params)
    assert.equal(error, undefined, JSON.stringify(error))
    return result
  }

  async function code(method: string, ...params: unknown[]): Promise<readonly unknown[]> {
    const { error } = await call(served.url, method, params)
    return [error?.code, error?.data?.['code']]
  }

  it('of blocks give each hash once and in order', async () => {
    const { chain } = served
    const id = await ask('eth_newBlockFilter')
    assert.match(id as string, /^0x[0-9a-f]{32}$/)
    assert.deepEqual(await ask('eth_getFilterChanges', id), [])
    chain.commit([], [emit(1)])
    chain.commit([])
    const expected = chain.blocks.slice(3).map(({ hash }) => hex(hash))
    assert.deepEqual(await ask('eth_getFilterChanges', id), expected)
    assert.deepEqual(await ask('eth_getFilterChanges', id), [])
  })

  it('of blocks answer a long absence piece by piece', async () => {
    const { chain } = served
    const id = await ask('eth_newBlockFilter')
    const most = limits.filterBlocks.value
    for (let block = 0; block < most + 3; block++) chain.seal([])
    assert.equal(((await ask('eth_getFilterChanges', id)) as unknown[]).length, most)
    const rest = chain.blocks.slice(-3).map(({ hash }) => hex(hash))
    assert.deepEqual(await ask('eth_getFilterChanges', id), rest)
  })

  it('of logs give what is new, and all that there is when asked for that', async () => {
    const { chain } = served
    const topics = [hex(emitterTopic)]
    const id = await ask('eth_newFilter', { fromBlock: 'earliest', topics })
    assert.deepEqual(await ask('eth_getFilterChanges', id), [])
    assert.deepEqual(valuesOf(await ask('eth_getFilterLogs', id)), [1, 2, 3])
    chain.commit([emit(4)], [emit(5, 6)])
    assert.deepEqual(valuesOf(await ask('eth_getFilterChanges', id)), [4, 5, 6])
    chain.commit([emit(7)])
    assert.deepEqual(valuesOf(await ask('eth_getFilterChanges', id)), [7])
    assert.deepEqual(await ask('eth_getFilterChanges', id), [])
    assert.deepEqual(valuesOf(await ask('eth_getFilterLogs', id)), [1, 2, 3, 4, 5, 6, 7])
  })

  it('of logs keep to their range', async () => {
    const { chain } = served
    const bounded = await ask('eth_newFilter', { fromBlock: '0x4', toBlock: '0x5' })
    const passed = await ask('eth_newFilter', { fromBlock: '0x0', toBlock: '0x1' })
    chain.commit([emit(3)], [emit(4)], [emit(5)], [emit(6)])
    assert.deepEqual(valuesOf(await ask('eth_getFilterChanges', bounded)), [4, 5])
    chain.commit([emit(7)])
    assert.deepEqual(await ask('eth_getFilterChanges', bounded), [])
    assert.deepEqual(await ask('eth_getFilterChanges', passed), [])
    assert.deepEqual(await code('eth_newFilter', { fromBlock: '0x2', toBlock: '0x1' }), [
      -32602,
      undefined,
    ])
    const blockHash = hex(chain.head.hash)
    assert.deepEqual(await code('eth_newFilter', { blockHash }), [-32602, undefined])
    for (const range of [{ fromBlock: 'finalized' }, { toBlock: 'finalized' }]) {
      assert.deepEqual(await code('eth_newFilter', range), [-32602, undefined])
    }
  })

  it('of logs lose nothing when more came than one answer holds', async () => {
    const { chain } = served
    const id = await ask('eth_newFilter', {})
    const each = Math.floor(limits.logResults.value / 3)
    const values = Array.from({ length: 8 * each }, (_, value) => value)
    for (let block = 0; block < 8; block++) {
      chain.seal([emit(...values.slice(block * each, (block + 1) * each))])
    }
    const got: number[] = []
    for (;;) {
      const some = valuesOf(await ask('eth_getFilterChanges', id))
      if (some.length === 0) break
      got.push(...some)
    }
    assert.deepEqual(got, values)
  })

  it('asked twice at once give everything to one of the two', async () => {
    const { chain } = served
    const id = await ask('eth_newFilter', {})
    chain.commit([emit(1, 2)])
    const [first, second] = await Promise.all([
      ask('eth_getFilterChanges', id),
      ask('eth_getFilterChanges', id),
    ])
    assert.deepEqual([...valuesOf(first), ...valuesOf(second)], [1, 2])
  })

  it('of the pool give hashes, or whole transactions as the path shows them', async () => {
    const { url } = served
    const hashes = await ask('eth_newPendingTransactionFilter')
    const whole = await ask('eth_newPendingTransactionFilter', true)
    const { wire, hash } = sign(4, { nonce: 1n })
    await ask('eth_sendRawTransaction', hex(wire))
    assert.deepEqual(await ask('eth_getFilterChanges', hashes), [hex(hash)])
    assert.deepEqual(await ask('eth_getFilterChanges', hashes), [])
    const { result } = await call(`${url}/eth`, 'eth_getFilterChanges', [whole])
    const [shown] = result as { type: Hex; hash: Hex }[]
    assert.deepEqual([shown?.type, shown?.hash], ['0x2', hex(hash)])
  })

  it('end when asked to', async () => {
    const id = await ask('eth_newFilter', {})
    assert.equal(await ask('eth_uninstallFilter', id), true)
    assert.equal(await ask('eth_uninstallFilter', id), false)
    for (const method of ['eth_getFilterChanges', 'eth_getFilterLogs']) {
      const { error } = await call(served.url, method, [id])
      assert.equal(error?.code, -32000)
      assert.match(error.message, /^filter not found/)
    }
    const blocks = await ask('eth_newBlockFilter')
    assert.deepEqual(await code('eth_getFilterLogs', blocks), [-32000, 'RPC_FILTER_UNKNOWN'])
  })

  it('are bounded for one client', async () => {
    const most = limits.filtersPerClient.value
    for (let count = 0; count < most; count++) await ask('eth_newBlockFilter')
    assert.deepEqual(await code('eth_newBlockFilter'), [-32005, 'RPC_FILTERS_FULL'])
  })

  it('are bounded in what they name', async () => {
    const topic = Array.from({ length: 1000 }, (_, index) => hex(fixed(index, 32)))
    const filter = { topics: [topic, topic, topic, topic] }
    const fit = Math.floor(limits.watchedWords.value / 4000)
    const first = await ask('eth_newFilter', filter)
    for (let count = 1; count < fit; count++) await ask('eth_newFilter', filter)
    assert.deepEqual(await code('eth_newFilter', filter), [-32005, 'RPC_FILTERS_FULL'])
    await ask('eth_uninstallFilter', first)
    await ask('eth_newFilter', filter)
  })
})

describe('a filter that nobody asks', () => {
  it('is gone after five minutes, while others are kept', async () => {
    const clock = new ManualClock()
    const { server, url } = await serve({ clock })
    const ask = async (method: string, ...params: unknown[]) => call(url, method, params)
    const { result: idle } = await ask('eth_newBlockFilter')
    const { result: used } = await ask('eth_newBlockFilter')
    for (let minute = 0; minute < 6; minute++) {
      clock.spend(60_000)
      const answering = ask('eth_getFilterChanges', used)
      assert.equal((await answering).error, undefined)
    }
    const { error } = await ask('eth_getFilterChanges', idle)
    assert.equal(error?.data?.['code'], 'RPC_FILTER_UNKNOWN')
    const closing = server.close()
    clock.advance(10_000)
    await closing
  })
})
