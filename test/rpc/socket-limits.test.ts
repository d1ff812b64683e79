/** The bounds on what long connections and filters of all clients take together. */
import assert from 'node:assert/strict'

import { fixed, hex, type Hex } from '#base'
import { limits } from '#rpc'

import { contracts, type FixtureChain, sign } from './fixture-chain.ts'
import { type JsonRpcAnswer, post, serve } from './fixture-server.ts'
import { WebSocketClient } from './socket-client.ts'

type Call = readonly [method: string, ...params: unknown[]]

const requests = (calls: readonly Call[]): string =>
  JSON.stringify(calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params })))

/** Answers to a batch on a WebSocket. */
async function askAll(client: WebSocketClient, calls: readonly Call[]): Promise<JsonRpcAnswer[]> {
  client.send(requests(calls))
  return client.until(
    () => client.messages.find((one) => Array.isArray(one)) as JsonRpcAnswer[] | undefined,
  )
}

/** A subscription to logs that hardly any other is the same as. */
const echoing = (index: number): Call => [
  'eth_subscribe',
  'logs',
  { address: hex(contracts.echo), topics: [hex(fixed(index, 32))] },
]

const codesIn = (answers: readonly JsonRpcAnswer[]): readonly unknown[] => [
  ...new Set(answers.map(({ error }) => error?.data?.['code'])),
]

/** A client that has subscribed to logs in a batch whose answer comes when `held` does. */
async function unanswered(chain: FixtureChain, url: string) {
  const client = await WebSocketClient.open(url)
  const reached = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const { reads } = chain
  chain.readsUntil = () => ({
    ...reads,
    balance: async () => {
      reached.resolve()
      await held.promise
      return 0n
    },
  })
  client.send(
    requests([
      ['eth_subscribe', 'logs'],
      ['eth_getBalance', hex(contracts.echo)],
    ]),
  )
  await reached.promise
  return { client, held }
}

describe('the limits of all clients together', function () {
  this.timeout(60_000)

  it('let them have 16,384 subscriptions', async () => {
    const { server, url } = await serve()
    const each = limits.subscriptionsPerConnection.value
    const clients: WebSocketClient[] = []
    const calls = Array.from({ length: each }, (): Call => ['eth_subscribe', 'newHeads'])
    while (server.facts().subscriptions < limits.subscriptions.value) {
      const client = await WebSocketClient.open(url)
      clients.push(client)
      assert.deepEqual(codesIn(await askAll(client, calls)), [undefined])
    }
    assert.equal(clients.length * each, limits.subscriptions.value)
    const late = await WebSocketClient.open(url)
    const { error } = await late.answer('eth_subscribe', 'newHeads')
    assert.equal(error?.data?.['code'], 'RPC_SUBSCRIPTIONS_FULL')
    await Promise.all([...clients, late].map((client) => client.close()))
    await server.close()
  })

  it('let them follow logs by 1,024 different filters', async () => {
    const { server, chain, url } = await serve()
    const each = limits.subscriptionsPerConnection.value
    const clients: WebSocketClient[] = []
    for (let start = 0; start < limits.logChannels.value; start += each) {
      const client = await WebSocketClient.open(url)
      clients.push(client)
      const calls = Array.from({ length: each }, (_, index) => echoing(start + index))
      assert.deepEqual(codesIn(await askAll(client, calls)), [undefined])
    }
    const late = await WebSocketClient.open(url)
    const [, ...last] = echoing(limits.logChannels.value)
    const { error } = await late.answer('eth_subscribe', ...last)
    assert.equal(error?.data?.['code'], 'RPC_SUBSCRIPTIONS_FULL')
    const [, ...known] = echoing(7)
    const shared = await late.ask<Hex>('eth_subscribe', ...known)
    const data = new Uint8Array(0)
    const logs = [6, 7].map((index) => ({
      address: contracts.echo,
      topics: [fixed(index, 32)],
      data,
    }))
    chain.commit([{ ...sign(0), logs }])
    assert.equal((await late.toldAtLeast(1, shared)).length, 1)
    assert.equal((await clients[0]!.toldAtLeast(2)).length, 2)
    await clients[0]!.close()
    while (server.facts().connections.ws > clients.length) await late.ask('eth_chainId')
    await late.ask('eth_subscribe', ...last)
    await Promise.all([...clients, late].map((client) => client.close()))
    await server.close()
  })

  it('let them have 8,192 filters', async () => {
    const { server, url } = await serve({ trustsProxy: true })
    const each = limits.filtersPerClient.value
    const make = async (client: number, count: number): Promise<readonly unknown[]> => {
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': `203.0.113.${client}`,
      }
      const calls = Array.from({ length: count }, (): Call => ['eth_newBlockFilter'])
      const { text } = await post(url, requests(calls), headers)
      return codesIn(JSON.parse(text) as JsonRpcAnswer[])
    }
    for (let client = 0; client < limits.filters.value / each; client++) {
      assert.deepEqual(await make(client, each / 2), [undefined])
      assert.deepEqual(await make(client, each / 2), [undefined])
    }
    assert.deepEqual(await make(200, 1), ['RPC_FILTERS_FULL'])
    await server.close()
  })

  it('leave seven eighths of them to others than one stranger', async () => {
    const { server, url } = await serve({ trustsProxy: true })
    const open = (address: string) =>
      WebSocketClient.open(url, { headers: { 'x-forwarded-for': address } })
    const clients = [await open('203.0.113.1'), await open('203.0.113.1')]
    const [first, again] = clients
    const other = await open('203.0.113.2')
    const most = limits.logChannelsPerClient.value
    const own = Array.from({ length: most }, (_, index) => echoing(index))
    assert.deepEqual(codesIn(await askAll(first!, own)), [undefined])
    const [, ...last] = echoing(most)
    const [, ...known] = echoing(0)
    await again!.ask('eth_subscribe', ...known)
    const refused = await again!.answer('eth_subscribe', ...last)
    assert.deepEqual(refused.error?.data, {
      code: 'RPC_SUBSCRIPTIONS_FULL',
      limit: 'logChannelsPerClient',
      most,
    })
    await other.ask('eth_subscribe', ...last)
    await other.ask('eth_subscribe', ...known)
    const id = await again!.ask<Hex>('eth_subscribe', ...known)
    await again!.ask('eth_unsubscribe', id)
    const each = limits.subscriptionsPerConnection.value
    const share = limits.subscriptionsPerClient.value
    const heads = Array.from({ length: each }, (): Call => ['eth_subscribe', 'newHeads'])
    while (server.facts().subscriptions < share + 2 - each) {
      const client = await open('203.0.113.1')
      clients.push(client)
      assert.deepEqual(codesIn(await askAll(client, heads)), [undefined])
    }
    while (server.facts().subscriptions < share + 2) {
      await clients.at(-1)!.ask('eth_chainId')
      const client = await open('203.0.113.1')
      clients.push(client)
      const left = share + 2 - server.facts().subscriptions
      assert.deepEqual(codesIn(await askAll(client, heads.slice(0, left))), [undefined])
    }
    const beyond = await clients.at(-1)!.answer('eth_subscribe', 'newHeads')
    assert.equal(beyond.error?.data?.['limit'], 'subscriptionsPerClient')
    await other.ask('eth_subscribe', 'newHeads')
    await Promise.all([...clients, other].map((client) => client.close()))
    await server.close()
  })

  it('leave one stranger an eighth of what filters name', async () => {
    const { server, url } = await serve({ trustsProxy: true })
    const topic = Array.from({ length: 1000 }, (_, index) => hex(fixed(index, 32)))
    const filter: Call = ['eth_newFilter', { topics: [topic, topic, topic, topic] }]
    const make = async (client: string): Promise<JsonRpcAnswer['error']> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': client }
      const { text } = await post(url, requests([filter]), headers)
      return (JSON.parse(text) as JsonRpcAnswer[])[0]?.error
    }
    const most = limits.watchedWordsPerClient.value
    for (let words = 4000; words <= most; words += 4000) {
      assert.equal(await make('203.0.113.1'), undefined)
    }
    const { data } = (await make('203.0.113.1'))!
    assert.deepEqual(data, { code: 'RPC_FILTERS_FULL', limit: 'watchedWordsPerClient', most })
    assert.equal(await make('203.0.113.2'), undefined)
    await server.close()
  })

  it('hold what is told before an answer as if it were on its way', async () => {
    const { server, chain, url } = await serve({ limits: { socketBytes: 100_000 } })
    const { client, held } = await unanswered(chain, url)
    const log = { address: contracts.echo, topics: [], data: new Uint8Array(60_000) }
    const other = await WebSocketClient.open(url)
    const heads = await other.ask<Hex>('eth_subscribe', 'newHeads')
    chain.commit([{ ...sign(0), logs: [log] }])
    chain.commit([])
    await other.toldAtLeast(2, heads)
    const { outgoing } = server.facts()
    assert.ok(outgoing > 120_000, `${outgoing} bytes`)
    chain.commit([{ ...sign(0), logs: [log] }])
    await client.until(() => client.closed)
    held.resolve()
    await other.close()
    assert.equal(server.facts().outgoing, 0)
    await server.close()
  })

  it('drop a client whose answer takes longer than 4,096 notifications', async () => {
    const { server, chain, url } = await serve()
    const { client, held } = await unanswered(chain, url)
    const log = { address: contracts.echo, topics: [], data: new Uint8Array(0) }
    const some = Array.from({ length: limits.heldNotifications.value }, () => log)
    chain.commit([{ ...sign(0), logs: some }])
    const other = await WebSocketClient.open(url)
    const heads = await other.ask<Hex>('eth_subscribe', 'newHeads')
    chain.commit([])
    await other.toldAtLeast(1, heads)
    assert.equal(client.closed, undefined)
    chain.commit([{ ...sign(0), logs: [log] }])
    await client.until(() => client.closed)
    assert.equal(client.messages.length, 0)
    held.resolve()
    await other.close()
    await server.close()
  })
})
