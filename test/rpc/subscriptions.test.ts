import assert from 'node:assert/strict'

import { Fault, fixed, hex, type Hex } from '#base'
import { type CommitFacts, type ConsensusStatus, limits, type NodeFace } from '#rpc'

import { contracts, emitterTopic, type Sent, sign } from './fixture-chain.ts'
import { call, recordingLog, serve, type Served } from './fixture-server.ts'
import { consensus } from './fixture-status.ts'
import { WebSocketClient } from './socket-client.ts'

interface Head {
  readonly number: Hex
  readonly hash: Hex
}

interface Log {
  readonly blockNumber: Hex
  readonly logIndex: Hex
  readonly topics: readonly Hex[]
}

const [creator, other] = [contracts.echo, contracts.halt]
const transaction = sign(0)

/** A transaction that logs each of `values` at `address`. */
function emit(values: readonly number[], address = creator): Sent {
  const logs = values.map((value) => ({
    address,
    topics: [emitterTopic, fixed(value, 32)],
    data: fixed(value, 32),
  }))
  return { ...transaction, logs }
}

const word = (value: number): Hex => hex(fixed(value, 32))
const words = (from: number): readonly Hex[] =>
  Array.from({ length: 1000 }, (_, index) => word(100_000 * from + index))

/** Of 4,000 topics. */
const wideFilter = (at: number) => ({
  topics: [0, 1, 2, 3].map((part) => words(4 * at + part)),
})

const commit = (index: number): CommitFacts => ({
  epoch: 0,
  index,
  digest: word(index),
  timestamp: 1_700_000_000_000 + index,
  leader: { round: 2 * index, author: 1, digest: word(1000 + index) },
  vertices: 4,
  blocks: [{ number: index, hash: word(2000 + index) }],
})

const valuesOf = (logs: readonly Log[]): readonly number[] =>
  logs.map(({ topics }) => Number(topics[1]))

describe('subscriptions', () => {
  let served: Served
  let client: WebSocketClient
  beforeEach(async () => {
    served = await serve()
    client = await WebSocketClient.open(served.url)
  })
  afterEach(async () => {
    await client.close()
    await served.server.close()
  })

  it('to newHeads tell of every block of a commit, in order, as a header', async () => {
    const { chain, url } = served
    const heads = await client.ask<Hex>('eth_subscribe', 'newHeads')
    assert.match(heads, /^0x[0-9a-f]{32}$/)
    chain.commit([emit([1])], [], [emit([2])])
    chain.commit([])
    const told = await client.toldAtLeast<Head>(4, heads)
    assert.deepEqual(
      told.map(({ number }) => Number(number)),
      [3, 4, 5, 6],
    )
    for (const head of told) {
      const { result } = await call(url, 'eth_getBlockByNumber', [head.number])
      const block = result as Record<string, unknown>
      for (const name of ['size', 'transactions', 'uncles', 'withdrawals']) delete block[name]
      assert.deepEqual(head, block)
    }
  })

  it('to logs tell of those that match, and of no others', async () => {
    const { chain } = served
    const all = await client.ask<Hex>('eth_subscribe', 'logs')
    const some = await client.ask<Hex>('eth_subscribe', 'logs', {
      address: [hex(creator)],
      topics: [hex(emitterTopic), [word(2), word(3)]],
    })
    const none = await client.ask<Hex>('eth_subscribe', 'logs', { topics: [null, null, null] })
    const others = await client.ask<Hex>('eth_subscribe', 'logs', { address: hex(other) })
    chain.commit([emit([1, 2]), emit([2], other)], [emit([3])])
    chain.commit([emit([4])])
    const told = await client.toldAtLeast<Log>(5, all)
    assert.deepEqual(valuesOf(told), [1, 2, 2, 3, 4])
    assert.deepEqual(
      told.map(({ blockNumber, logIndex }) => [Number(blockNumber), Number(logIndex)]),
      [
        [3, 0],
        [3, 1],
        [3, 2],
        [4, 0],
        [5, 0],
      ],
    )
    assert.deepEqual(valuesOf(client.told<Log>(some)), [2, 3])
    assert.deepEqual(valuesOf(client.told<Log>(others)), [2])
    assert.deepEqual(client.told(none), [])
    const { result } = await call(served.url, 'eth_getLogs', [{ fromBlock: '0x3' }])
    assert.deepEqual(told, result)
  })

  it('begin behind the head that was there, whatever is being told of', async () => {
    const { chain } = served
    await client.ask<Hex>('eth_subscribe', 'logs')
    const held = Promise.withResolvers<void>()
    chain.before = () => held.promise
    chain.commit([emit([1])])
    chain.commit([emit([2])])
    const late = await client.ask<Hex>('eth_subscribe', 'logs', { address: hex(creator) })
    const heads = await client.ask<Hex>('eth_subscribe', 'newHeads')
    chain.commit([emit([3])])
    held.resolve()
    assert.deepEqual(valuesOf(await client.toldAtLeast<Log>(1, late)), [3])
    const told = await client.toldAtLeast<Head>(1, heads)
    assert.deepEqual(
      told.map(({ number }) => Number(number)),
      [5],
    )
  })

  it('tell nothing before the answer that names them', async () => {
    const { chain } = served
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    chain.before = () => {
      reached.resolve()
      return held.promise
    }
    client.send(
      '[{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]},{"jsonrpc":"2.0","id":2,"method":"eth_getBlockByNumber","params":["latest"]}]',
    )
    await reached.promise
    chain.commit([], [])
    chain.commit([])
    await client.ask('eth_chainId')
    assert.equal(client.told().length, 0)
    held.resolve()
    const told = await client.toldAtLeast<Head>(3)
    assert.ok(Array.isArray(client.messages[1]))
    assert.deepEqual(
      told.map(({ number }) => Number(number)),
      [3, 4, 5],
    )
  })

  it('tell of blocks although a reader fails for a while', async () => {
    const { chain } = served
    const logs = await client.ask<Hex>('eth_subscribe', 'logs')
    let left = 2
    chain.before = () => {
      if (left-- > 0) throw new Fault({ code: 'READ_BUSY' })
    }
    chain.commit([emit([1])], [emit([2])])
    assert.deepEqual(valuesOf(await client.toldAtLeast<Log>(2, logs)), [1, 2])
  })

  it('end when asked to, each on its own connection', async () => {
    const { chain, url } = served
    const first = await client.ask<Hex>('eth_subscribe', 'newHeads')
    const second = await client.ask<Hex>('eth_subscribe', 'newHeads')
    const stranger = await WebSocketClient.open(url)
    assert.equal(await stranger.ask('eth_unsubscribe', first), false)
    await stranger.close()
    assert.equal(await client.ask('eth_unsubscribe', first), true)
    assert.equal(await client.ask('eth_unsubscribe', first), false)
    chain.commit([])
    await client.toldAtLeast(1, second)
    assert.deepEqual(client.told(first), [])
    assert.equal(served.server.facts().subscriptions, 1)
  })

  it('to newPendingTransactions tell of hashes, or of whole transactions as the path shows them', async () => {
    const { url } = served
    const hashes = await client.ask<Hex>('eth_subscribe', 'newPendingTransactions')
    const whole = await client.ask<Hex>('eth_subscribe', 'newPendingTransactions', true)
    const disguised = await WebSocketClient.open(`${url}/eth`)
    const shown = await disguised.ask<Hex>('eth_subscribe', 'newPendingTransactions', true)
    const { wire, hash } = sign(4, { nonce: 1n })
    await call(url, 'eth_sendRawTransaction', [hex(wire)])
    assert.deepEqual(await client.toldAtLeast(1, hashes), [hex(hash)])
    const { result } = await call(url, 'eth_getTransactionByHash', [hex(hash)])
    assert.deepEqual(await client.toldAtLeast(1, whole), [result])
    const [transactionOfEthereum] = await disguised.toldAtLeast<{ type: Hex; hash: Hex }>(1, shown)
    assert.equal(transactionOfEthereum?.type, '0x2')
    assert.equal(transactionOfEthereum?.hash, hex(hash))
    await disguised.close()
  })

  it('go on where a development network went back to', async () => {
    const { chain } = served
    const heads = await client.ask<Hex>('eth_subscribe', 'newHeads')
    const logs = await client.ask<Hex>('eth_subscribe', 'logs')
    chain.commit([emit([1])], [emit([2])], [emit([3])])
    await client.toldAtLeast(3, logs)
    chain.blocks.length -= 2
    chain.commit([emit([4])])
    assert.deepEqual(valuesOf(await client.toldAtLeast<Log>(4, logs)), [1, 2, 3, 4])
    const told = await client.toldAtLeast<Head>(4, heads)
    assert.deepEqual(
      told.map(({ number }) => Number(number)),
      [3, 4, 5, 4],
    )
  })

  it('are refused where there is nothing to follow, with the reason', async () => {
    const dag = await client.answer('eth_subscribe', 'dag')
    assert.equal(dag.error?.data?.['code'], 'RPC_SUBSCRIPTION_ABSENT')
    for (const params of [['heads'], [], ['newHeads', true], ['newHeads', {}], ['logs', true]]) {
      const { error } = await client.answer('eth_subscribe', ...params)
      assert.equal(error?.code, -32602, JSON.stringify(params))
    }
  })

  it('are bounded on one connection, and all end with it', async () => {
    const most = limits.subscriptionsPerConnection.value
    for (let count = 0; count < most; count++) await client.ask('eth_subscribe', 'newHeads')
    const { error } = await client.answer('eth_subscribe', 'newHeads')
    assert.deepEqual([error?.code, error?.data?.['code']], [-32005, 'RPC_SUBSCRIPTIONS_FULL'])
    assert.equal(served.server.facts().subscriptions, most)
    await client.close()
    while (served.server.facts().subscriptions > 0) await call(served.url, 'eth_chainId')
  })

  it('are bounded in what their filters name', async () => {
    const id = await client.ask<Hex>('eth_subscribe', 'logs', wideFilter(0))
    const fit = Math.floor(limits.watchedWords.value / 4000)
    for (let at = 1; at < fit; at++) await client.ask('eth_subscribe', 'logs', wideFilter(at))
    const { error } = await client.answer('eth_subscribe', 'logs', wideFilter(fit))
    assert.equal(error?.data?.['code'], 'RPC_SUBSCRIPTIONS_FULL')
    await client.ask('eth_subscribe', 'logs', wideFilter(0))
    await client.ask('eth_unsubscribe', id)
    await client.ask('eth_subscribe', 'logs', wideFilter(0))
  })
})

describe('subscriptions over HTTP', () => {
  it('are refused with the words that Ethereum nodes have for it', async () => {
    const { server, url } = await serve()
    for (const [method, params] of [
      ['eth_subscribe', ['newHeads']],
      ['eth_unsubscribe', ['0x1']],
    ] as const) {
      const { error } = await call(url, method, params)
      assert.equal(error?.code, -32601)
      assert.match(error.message, /notifications not supported/)
    }
    await server.close()
  })
})

describe('a node of a committee', () => {
  it('tells of its commits, and when it begins and ends to catch up', async () => {
    let listener: ((commit: CommitFacts) => void) | undefined
    let sync: ConsensusStatus['sync'] = null
    const node: NodeFace = {
      status: () => ({ role: 'follower', peers: 3, consensus: { ...consensus, sync } }),
      peers: () => [],
      onCommit(given) {
        listener = given
        return () => (listener = undefined)
      },
    }
    const { server, chain, url } = await serve({ node })
    const client = await WebSocketClient.open(url)
    const dag = await client.ask<Hex>('eth_subscribe', 'dag')
    const syncing = await client.ask<Hex>('eth_subscribe', 'syncing')
    listener?.(commit(1))
    listener?.(commit(2))
    assert.deepEqual(await client.toldAtLeast(2, dag), [commit(1), commit(2)])
    const heads = await client.ask<Hex>('eth_subscribe', 'newHeads')
    for (const [told, stands] of [null, { from: 1, to: 40 }, { from: 1, to: 41 }, null].entries()) {
      sync = stands
      chain.commit([])
      await client.toldAtLeast(told + 1, heads)
    }
    assert.deepEqual(await client.toldAtLeast(2, syncing), [
      {
        syncing: true,
        status: { startingBlock: '0x1', currentBlock: '0x4', highestBlock: '0x28' },
      },
      false,
    ])
    await client.close()
    await server.close()
    assert.equal(listener, undefined)
  })
})

describe('a node that cannot read a block any more', () => {
  it('ends the connections that it would have to keep in the dark, and no others', async () => {
    const log = recordingLog()
    const { server, chain, url } = await serve({ log })
    const heads = await WebSocketClient.open(url)
    await heads.ask('eth_subscribe', 'newHeads')
    const logs = await WebSocketClient.open(url)
    await logs.ask('eth_subscribe', 'logs')
    chain.before = () => {
      throw new Fault({ code: 'STORE_CORRUPT' })
    }
    chain.commit([])
    await logs.until(() => logs.closed)
    assert.equal((await heads.toldAtLeast(1)).length, 1)
    assert.equal(heads.closed, undefined)
    assert.equal(log.errors.length, 1)
    await heads.close()
    await server.close()
  })
})
