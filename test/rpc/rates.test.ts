import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { type Clock, Fault, fixed, hex, silent } from '#base'
import { limits, type RpcServerOptions } from '#rpc'

import { ClientRates } from '../../rpc/rates/client-rates.ts'
import { account } from './fixture-chain.ts'
import { type JsonRpcAnswer, post, serve, systemClock } from './fixture-server.ts'
import { ManualClock } from './manual.ts'
import { WebSocketClient } from './socket-client.ts'

const stranger = '192.0.2.7'
const burst = limits.rateBurst.value

describe('the rates of clients', () => {
  it('let a client spend what it saved and what comes in, and no more', () => {
    const clock = new ManualClock()
    const rates = new ClientRates(clock, { perSecond: 10, includesLocal: false })
    rates.charge(stranger, 10 * burst - 1)
    assert.equal(rates.refusal(stranger), undefined)
    rates.charge(stranger, 21)
    assert.equal(rates.refusal(stranger)?.retryAfter, 3)
    assert.deepEqual(rates.refusal(stranger)?.fault.facts, {
      code: 'RPC_RATE',
      retryAfter: 3,
      unitsPerSecond: 10,
    })
    clock.advance(2000)
    assert.equal(rates.refusal(stranger)?.retryAfter, 1)
    clock.advance(1)
    assert.equal(rates.refusal(stranger), undefined)
  })

  it('never let more through than the rate gives, however it is asked for', () => {
    const steps = fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 50 })), {
      maxLength: 300,
    })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 40 }), (asked, perSecond) => {
        const clock = new ManualClock()
        const rates = new ClientRates(clock, { perSecond, includesLocal: false })
        let spent = 0
        for (const [pause, cost] of asked) {
          clock.advance(pause)
          if (rates.refusal(stranger) !== undefined) continue
          rates.charge(stranger, cost)
          spent += cost
        }
        // Whoever has anything left may go into debt once.
        assert.ok(spent <= perSecond * (burst + clock.now() / 1000) + 50)
      }),
    )
  })

  it('name a time to wait after which the client is let in', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 900 }),
        (cost, rate) => {
          const clock = new ManualClock()
          const rates = new ClientRates(clock, { perSecond: rate, includesLocal: false })
          rates.charge(stranger, rate * burst + cost)
          clock.advance(1000 * (rates.refusal(stranger)?.retryAfter ?? 0))
          assert.equal(rates.refusal(stranger), undefined)
        },
      ),
    )
  })

  it('remember so many clients, and those seen last', () => {
    const rates = new ClientRates(new ManualClock(), { perSecond: 1, includesLocal: false })
    rates.charge('first', burst)
    for (let index = 0; index < limits.rateClients.value; index++) {
      if (index % 1000 === 0) rates.charge('first', 1)
      rates.charge(`client ${index}`, 1)
    }
    assert.equal(rates.size, limits.rateClients.value)
    assert.notEqual(rates.refusal('first'), undefined)
  })

  it('spare the programs of this machine unless they are told otherwise', () => {
    const clock = new ManualClock()
    const spared = new ClientRates(clock, { perSecond: 1, includesLocal: false })
    spared.charge('local', 1000)
    assert.equal(spared.refusal('local'), undefined)
    const held = new ClientRates(clock, { perSecond: 1, includesLocal: true })
    held.charge('local', 1000)
    assert.notEqual(held.refusal('local'), undefined)
  })
})

/** The clock of the machine, whose time the test moves. */
class SteppedClock implements Clock {
  time = 1_000_000

  now(): number {
    return this.time
  }

  after(delay: number, task: () => void) {
    return systemClock.after(delay, task)
  }
}

async function limited(options: Partial<RpcServerOptions> = {}) {
  const clock = new SteppedClock()
  const rate = { perSecond: 10, includesLocal: false }
  const { chain, server, url } = await serve({ clock, rate, trustsProxy: true, ...options })
  const send = async (body: unknown, client = stranger, headers: Record<string, string> = {}) => {
    const {
      status,
      headers: answered,
      text,
    } = await post(url, JSON.stringify(body), {
      'content-type': 'application/json',
      'x-forwarded-for': client,
      ...headers,
    })
    return { status, retryAfter: answered.get('retry-after'), answer: JSON.parse(text) as unknown }
  }
  return { chain, clock, server, url, send }
}

const cheap = { jsonrpc: '2.0', id: 1, method: 'eth_chainId' }
const dear = { jsonrpc: '2.0', id: 2, method: 'eth_getLogs', params: [{}] }

function codes(answers: unknown): unknown[] {
  return (answers as JsonRpcAnswer[]).map(({ error }) => error?.data?.['code'])
}

describe('a server with rates', () => {
  it('answers the calls of a batch that a client can pay, and refuses the others one by one', async () => {
    const { server, send } = await limited()
    const { status, answer } = await send([dear, dear, cheap, cheap])
    assert.equal(status, 200)
    assert.deepEqual(codes(answer), [undefined, undefined, 'RPC_RATE', 'RPC_RATE'])
    assert.equal((answer as JsonRpcAnswer[])[2]?.error?.code, -32005)
    await server.close()
  })

  it('charges the gas of calls, estimates, lists and simulations beside their price', async () => {
    const workGas = BigInt(limits.unitGas.value) * 1000n
    const message = { to: account(1) }
    const calls = [{ calls: [message] }]
    for (const [method, params] of [
      ['eth_call', [message]],
      ['eth_estimateGas', [message]],
      ['eth_createAccessList', [message]],
      ['eth_fillTransaction', [{ ...message, from: account(0) }]],
      ['eth_simulateV1', [{ blockStateCalls: calls }]],
      ['debug_traceCall', [message, 'latest', {}]],
    ] as const) {
      const { chain, server, send } = await limited({
        rate: { perSecond: 100, includesLocal: false },
      })
      chain.workGas = workGas
      if (method === 'eth_simulateV1') {
        chain.before = () => Promise.reject(new Fault({ code: 'READ_SIMULATION_GAS', workGas }))
      }
      assert.equal((await send({ ...cheap, method, params })).status, 200, method)
      assert.equal((await send(cheap)).status, 429, method)
      await server.close()
    }
  })

  it('refuses a whole request with 429 before it reads it, and says when to come back', async () => {
    const { server, clock, send } = await limited()
    await send([dear, dear])
    const { status, retryAfter, answer } = await send(cheap)
    assert.equal(status, 429)
    assert.equal(retryAfter, '1')
    assert.equal((answer as JsonRpcAnswer).error?.data?.['code'], 'RPC_RATE')
    clock.time += 1000
    assert.equal((await send(cheap)).status, 200)
    await server.close()
  })

  it('charges what nobody understands, too', async () => {
    const { server, send } = await limited()
    const unknown = Array.from({ length: 100 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'x' }))
    await send(unknown)
    assert.equal((await send(cheap)).status, 429)
    await server.close()
  })

  it('keeps clients apart, and an IPv6 network together', async () => {
    const { server, send } = await limited()
    await send([dear, dear], '2001:db8:1:2::1')
    assert.equal((await send(cheap, '2001:db8:1:2:ffff::9')).status, 429)
    assert.equal((await send(cheap, '2001:db8:1:3::1')).status, 200)
    assert.equal((await send(cheap, '198.51.100.1')).status, 200)
    await server.close()
  })

  it('takes nobody behind a proxy for this machine, and says so once', async () => {
    const warnings: string[] = []
    const log = { ...silent, warn: (message: string) => void warnings.push(message) }
    const { server, url, clock, send } = await limited({ log })
    for (const name of ['unknown', '127.0.0.1', '::1', '', '8.8.8.8:1234']) {
      await send([dear, dear], name)
      assert.equal((await send(cheap, name)).status, 429, name)
      clock.time += 1000 * burst
    }
    await send([dear, dear], '8.8.8.8:1234')
    assert.equal((await send(cheap, '8.8.8.8:4321')).status, 429)
    assert.equal((await post(url, JSON.stringify([dear, dear]))).status, 200)
    assert.equal((await post(url, JSON.stringify(cheap))).status, 429)
    assert.equal(warnings.length, 1)
    await server.close()
  })

  it('charges a filter for what it names', async () => {
    const { server, send } = await limited()
    const filter = (words: number) => {
      const topic = Array.from({ length: words }, (_, index) => hex(fixed(index, 32)))
      return { ...cheap, method: 'eth_newFilter', params: [{ topics: [topic] }] }
    }
    await send(filter(10))
    assert.equal((await send(cheap)).status, 200)
    await send([filter(1000), filter(1000), filter(1000)])
    assert.equal((await send(cheap)).status, 429)
    await server.close()
  })

  it('spares this machine, and who brings the token', async () => {
    const { server, send } = await limited({ token: 'open-sesame' })
    const many = Array.from({ length: 30 }, () => dear)
    const own = await limited({ trustsProxy: false })
    assert.ok(codes((await own.send(many)).answer).every((code) => code === undefined))
    await own.server.close()
    const known = { authorization: 'Bearer open-sesame' }
    assert.ok(codes((await send(many, stranger, known)).answer).every((code) => code === undefined))
    assert.equal((await send(cheap, stranger, known)).status, 200)
    await server.close()
  })

  it('parses nothing large on a WebSocket in debt, and reads no more until that is paid', async () => {
    const clock = new ManualClock()
    const { server, url } = await serve({ clock, rate: { perSecond: 10, includesLocal: true } })
    const client = await WebSocketClient.open(url)
    for (let index = 0; index < 2; index++) await client.answer('eth_getLogs', {})
    const large = { ...cheap, id: 'large', params: ['x'.repeat(100_000)] }
    client.send(JSON.stringify(large))
    const late = client.answer('eth_chainId')
    const refused = () =>
      client.messages.find((one): one is JsonRpcAnswer => 'id' in one && one.id === null)
    assert.equal((await client.until(refused)).error?.data?.['code'], 'RPC_RATE')
    const seen = client.messages.length
    const second = await serve()
    await post(second.url, JSON.stringify(cheap))
    await second.server.close()
    assert.equal(client.messages.length, seen)
    const limitedCalls = server.calls().map(({ outcomes }) => outcomes.limited)
    assert.deepEqual(
      limitedCalls.filter((count) => count > 0),
      [1],
    )
    clock.advance(1000 * burst)
    assert.equal((await late).result, '0x1c3b')
    client.socket.terminate()
    const closing = server.close()
    clock.advance(limits.drainTime.value)
    await closing
  })

  it('reads no more of a WebSocket in debt after some small messages', async () => {
    const clock = new ManualClock()
    const { server, url } = await serve({ clock, rate: { perSecond: 10, includesLocal: true } })
    const client = await WebSocketClient.open(url)
    for (let index = 0; index < 2; index++) await client.answer('eth_getLogs', {})
    const before = client.messages.length
    const most = limits.refusedMessages.value
    for (let index = 0; index < 2 * most; index++) client.send(JSON.stringify(cheap))
    await client.until(() => client.messages.length >= before + most || undefined)
    const refusals = client.messages.slice(before)
    assert.equal((refusals.at(-1) as JsonRpcAnswer).id, null)
    assert.equal(refusals.length, most)
    clock.advance(1000 * burst)
    await client.until(() => client.messages.length >= before + 2 * most || undefined)
    client.socket.terminate()
    const closing = server.close()
    clock.advance(limits.drainTime.value)
    await closing
  })

  it('holds for WebSocket as for HTTP', async () => {
    const { server, url } = await limited({ rate: { perSecond: 1, includesLocal: true } })
    const client = await WebSocketClient.open(url)
    const answers = []
    for (let index = 0; index < 2 * burst; index++) {
      answers.push(await client.answer('eth_getBalance', account(0)))
    }
    assert.deepEqual(
      answers.map(({ error }) => error?.code),
      answers.map((_, index) => (index < burst ? undefined : -32005)),
    )
    await client.close()
    await server.close()
  })
})
