import assert from 'node:assert/strict'

import { Fault, silent } from '#base'

import { anyMethod } from '../../rpc/allow-list.ts'
import { createDispatcher } from '../../rpc/dispatcher.ts'
import { createGate, type Visitor } from '../../rpc/gate.ts'
import { limits, serverLimits, type ServerLimits } from '../../rpc/limits.ts'
import { metered } from '../../rpc/methods/metered.ts'
import { CallStatistics } from '../../rpc/metrics/call-statistics.ts'
import { ClientRates } from '../../rpc/rates/client-rates.ts'
import { type JsonRpcAnswer } from './fixture-server.ts'
import { Gate, ManualClock } from './manual.ts'

const stranger: Visitor = { transport: 'http', client: '192.0.2.1', isAuthorized: false }
const other: Visitor = { ...stranger, client: '192.0.2.2' }
const known: readonly Visitor[] = [
  { ...stranger, client: 'local' },
  { ...stranger, transport: 'ipc' },
  { ...stranger, isAuthorized: true },
]

const write = (size: number): Promise<string> => Promise.resolve('x'.repeat(size))
const failing = (code: string, facts = {}) => Promise.reject(new Fault({ code, ...facts }))

function world(chosen: Partial<ServerLimits> = {}) {
  const pause = new Gate()
  const clock = new ManualClock()
  const rates = new ClientRates(clock, { perSecond: 10, includesLocal: false })
  const statistics = new CallStatistics([])
  const methods: Record<
    string,
    { long: boolean; cost: number; call(all: readonly unknown[]): unknown }
  > = {
    read: { long: false, cost: 1, call: ([name]) => pause.wait(String(name)) },
    long: { long: true, cost: 1, call: ([name]) => pause.wait(String(name)) },
    write: { long: false, cost: 1, call: ([size]) => write(Number(size)) },
    async: {
      long: false,
      cost: 1,
      call: async ([name, size]) => write((await pause.wait(String(name))).length && Number(size)),
    },
  }
  const dispatcher = createDispatcher<Visitor>({
    registry: {
      writing: new Set(),
      find(name) {
        const method = methods[name]
        assert.ok(method)
        return method
      },
    },
    clock,
    log: silent,
    limits: serverLimits(chosen),
    gate: createGate({ rates, http: anyMethod, ws: anyMethod }),
    statistics,
  })
  const text = async (body: string, from = stranger): Promise<string | undefined> =>
    dispatcher.dispatch(body, from)
  const send = async (body: unknown, from = stranger): Promise<unknown> => {
    const answer = await text(JSON.stringify(body), from)
    return answer === undefined ? undefined : JSON.parse(answer)
  }
  return { pause, clock, rates, statistics, text, send }
}

function request(method: string, ...params: unknown[]) {
  return { jsonrpc: '2.0', id: 1, method, params }
}

function codeOf(answer: unknown): unknown {
  return (answer as JsonRpcAnswer).error?.data?.['code']
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Units that `client` has left, of 100 that it began with. */
function left(rates: ClientRates, client: string): number {
  for (let units = 0; ; units++) {
    if (rates.refusal(client) !== undefined) return units
    rates.charge(client, 1)
  }
}

describe('the share of one client', () => {
  it('of calls under way is bounded for strangers, each by itself', async () => {
    const { pause, send } = world({ callsPerClient: 2 })
    void send(request('read', 'a'))
    void send(request('read', 'b'))
    await pause.until(2)
    assert.equal(codeOf(await send(request('read', 'c'))), 'RPC_BUSY')
    void send(request('read', 'd'), other)
    for (const visitor of known) {
      for (let call = 0; call < 3; call++) void send(request('read', 'e'), visitor)
    }
    await pause.until(12)
    pause.end('a')
    await turn()
    void send(request('read', 'f'))
    await pause.until(13)
  })

  it('of long calls lets another one in at once, and has an end', async () => {
    const { pause, send } = world()
    const most = limits.longCallsPerClient.value
    const waiting = limits.longCallsWaiting.value
    const batch = (count: number) => Array.from({ length: count }, () => request('long', 'many'))
    for (let calls = 0; calls < waiting + most; calls += 26) void send(batch(26), known[0])
    await pause.until(most)
    void send(request('long', 'one'), other)
    await pause.until(most + 1)
    assert.deepEqual(pause.started, [...Array.from({ length: most }, () => 'many'), 'one'])
  })

  it('of long calls that wait is bounded for strangers', async () => {
    const most = limits.longCallsPerClient.value + limits.longCallsWaiting.value
    const { pause, clock, send } = world()
    for (let call = 0; call < most; call++) {
      void send(request('long', 'many'))
      if (call % 50 === 49) clock.advance(6000)
    }
    await pause.until(limits.longCallsPerClient.value)
    clock.advance(1000)
    assert.equal(codeOf(await send(request('long', 'one more'))), 'RPC_BUSY')
    void send(request('long', 'other'), other)
    await pause.until(limits.longCallsPerClient.value + 1)
  })
})

describe('large answers', () => {
  it('are written in turns of the event loop', async () => {
    const { clock, send } = world()
    let ended = 0
    const size = limits.renderCharacters.value
    for (let call = 0; call < 3; call++) {
      void send(request('write', size), known[0]).then(() => ended++)
    }
    for (const expected of [1, 2, 3]) {
      await turn()
      assert.equal(ended, expected)
      clock.turn()
    }
  })

  it('leave small ones alone', async () => {
    const { send } = world()
    await send(request('write', limits.renderCharacters.value))
    assert.equal(((await send(request('write', 3))) as JsonRpcAnswer).result, 'xxx')
  })

  it('end a batch as they come: no call runs that has no room', async () => {
    const { pause, send } = world({ responseBytes: 1000, longCalls: 1 })
    const batch = send([
      request('async', 'large', 900),
      request('async', 'larger', 900),
      request('long', 'first'),
      request('long', 'second'),
    ])
    await pause.until(3)
    for (const name of ['large', 'larger', 'first']) {
      pause.end(name)
      await turn()
    }
    const answers = (await batch) as JsonRpcAnswer[]
    assert.deepEqual(pause.started, ['large', 'larger', 'first'])
    assert.equal(String(answers[0]?.result).length, 900)
    const full = 'RPC_RESPONSE_TOO_LARGE'
    assert.deepEqual(answers.map(codeOf), [undefined, full, full, full])
  })

  it('have a share each while those of all together are too many', async () => {
    const { pause, send } = world({ gatheredBytes: 300, gatheredShare: 100 })
    const large = send([request('write', 200), request('write', 200), request('read', 'a')])
    await pause.until(1)
    const small = [60, 60, 60].map((size) => request('write', size))
    const answers = (await send(small, other)) as JsonRpcAnswer[]
    const refused = 'RPC_RESPONSE_TOO_LARGE'
    assert.deepEqual(answers.map(codeOf), [undefined, refused, refused])
    pause.end('a')
    await large
    const later = (await send(small, other)) as JsonRpcAnswer[]
    assert.deepEqual(later.map(codeOf), [undefined, undefined, undefined])
  })

  it('count no more once they are sent, or late', async () => {
    const { pause, clock, send } = world({ gatheredBytes: 300, gatheredShare: 100, callTime: 1000 })
    for (let count = 0; count < 5; count++) await send(request('write', 200))
    const late = send(request('async', 'a', 400))
    await pause.until(1)
    clock.advance(1000)
    assert.equal(codeOf(await late), 'RPC_TIMEOUT')
    pause.end('a')
    await turn()
    const answers = (await send(
      [60, 60, 60].map((size) => request('write', size)),
    )) as JsonRpcAnswer[]
    assert.deepEqual(answers.map(codeOf), [undefined, undefined, undefined])
  })
})

describe('what a request costs', () => {
  it('grows with its size, and is charged for what nobody understands', async () => {
    const unit = limits.unitCharacters.value
    for (const [body, units] of [
      ['{', 1],
      ['[]', 1],
      ['x'.repeat(2 * unit), 3],
      [JSON.stringify(request('write', 1)), 1],
      [JSON.stringify([request('write', 1), request('write', 1)]), 2],
      [JSON.stringify(request('write', 1, 'x'.repeat(unit))), 2],
    ] as const) {
      const { rates, text } = world()
      await text(body)
      assert.equal(left(rates, stranger.client), 100 - units, body.slice(0, 50))
    }
  })

  it('is not parsed for who is in debt, unless it is small enough to name its id', async () => {
    const { rates, statistics, text, send } = world()
    rates.charge(stranger.client, 1000)
    const small = (await send({ ...request('write', 1), id: 7 })) as JsonRpcAnswer
    assert.deepEqual([small.id, codeOf(small)], [7, 'RPC_RATE'])
    for (const body of ['{', 'x'.repeat(limits.unitCharacters.value + 1)]) {
      const answer: unknown = JSON.parse((await text(body)) ?? '')
      assert.deepEqual([(answer as JsonRpcAnswer).id, codeOf(answer)], [null, 'RPC_RATE'])
    }
    assert.equal(statistics.read()[0]?.outcomes.limited, 3)
  })

  it('has the gas added that its code used, however it ended', async () => {
    const unit = BigInt(limits.unitGas.value)
    const most = limits.interruptedGas.value / limits.unitGas.value
    for (const [read, named, units] of [
      [Promise.resolve(7n * unit), undefined, 7],
      [Promise.resolve(undefined), undefined, 0],
      [failing('READ_OUTPUT_TOO_LARGE', { workGas: 3n * unit + 1n }), undefined, 3],
      [failing('READ_FEE_TOO_LOW'), undefined, 0],
      [failing('READ_CANCELLED'), 5n * unit, 5],
      [failing('READ_CANCELLED'), undefined, most],
      [failing('READ_CANCELLED'), 2n ** 64n, most],
    ] as const) {
      let spent = 0
      const spend = (more: number): void => void (spent += more)
      await metered(spend, named, read as Promise<bigint | undefined>, (gas) => gas).catch(() => 0)
      assert.equal(spent, units)
    }
  })

  it('is charged afterwards to strangers alone', () => {
    const rates = new ClientRates(new ManualClock(), { perSecond: 10, includesLocal: false })
    const gate = createGate({ rates, http: anyMethod, ws: anyMethod })
    for (const visitor of known) gate.spend(1000, visitor)
    assert.equal(rates.refusal(stranger.client), undefined)
    gate.spend(1000, stranger)
    assert.notEqual(rates.refusal(stranger.client), undefined)
    assert.equal(rates.refusal(other.client), undefined)
  })
})
