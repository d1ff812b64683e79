import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { z } from 'zod'

import { Fault, silent } from '#base'
import { defineMethod, limits, type Method } from '#rpc'

import { createDispatcher } from '../../rpc/dispatcher.ts'
import { serverLimits, type ServerLimits } from '../../rpc/limits.ts'
import { createRegistry } from '../../rpc/registry.ts'
import { renderParsTransaction } from '../../rpc/render/pars-transaction.ts'
import { nativeView } from '../../rpc/view.ts'
import { FixtureChain } from './fixture-chain.ts'
import { type JsonRpcAnswer, recordingLog } from './fixture-server.ts'
import { Gate, ManualClock } from './manual.ts'

const name = z.tuple([z.string()])
const hash = `0x${'ab'.repeat(32)}` as const

function world(chosen: Partial<ServerLimits> = {}) {
  const gate = new Gate()
  const clock = new ManualClock()
  const log = recordingLog()
  const base = { summary: '', params: name, paramNames: ['name'], result: z.unknown() }
  const methods: Method[] = [
    defineMethod({ ...base, name: 'read', handler: ([one]) => gate.wait(one) }),
    defineMethod({ ...base, name: 'write', writes: true, handler: ([one]) => gate.wait(one) }),
    defineMethod({ ...base, name: 'long', long: true, handler: ([one]) => gate.wait(one) }),
    defineMethod({ ...base, name: 'say', handler: ([one]) => one }),
    defineMethod({
      ...base,
      name: 'spend',
      handler([one]) {
        clock.spend(1)
        gate.started.push(one)
        return one
      },
    }),
    defineMethod({
      ...base,
      name: 'send',
      writes: true,
      async handler([one], _, attempt) {
        await gate.wait(`sign ${one}`)
        attempt.begin(hash)
        return gate.wait(`send ${one}`)
      },
    }),
    defineMethod({ ...base, name: 'none', handler: () => undefined }),
    defineMethod({
      ...base,
      name: 'throw',
      handler() {
        throw new TypeError('/secret/path')
      },
    }),
    defineMethod({
      ...base,
      name: 'reject',
      handler: () => Promise.reject(new Fault({ code: 'STORE_FULL' })),
    }),
    defineMethod({ ...base, name: 'bigint', handler: () => 1n }),
  ]
  const context = {
    chain: new FixtureChain(),
    signer: undefined,
    clientVersion: '',
    log: silent,
    client: 'test',
    view: nativeView(renderParsTransaction),
    clock,
  }
  const { dispatch } = bound(
    createDispatcher({
      registry: createRegistry(methods, false),
      clock,
      log,
      limits: serverLimits(chosen),
    }),
  )
  const send = async (body: unknown): Promise<unknown> => {
    const answer = await dispatch(typeof body === 'string' ? body : JSON.stringify(body), context)
    return answer === undefined ? undefined : JSON.parse(answer)
  }
  return { gate, clock, log, send }
}

describe('a registry', () => {
  it('refuses two methods of one name', () => {
    const method = defineMethod({
      name: 'twice',
      summary: '',
      params: z.tuple([]),
      paramNames: [],
      result: z.null(),
      handler: () => null,
    })
    assert.throws(() => createRegistry([method, method], false), { code: 'RPC_METHOD_DUPLICATE' })
  })
})

function bound(dispatcher: ReturnType<typeof createDispatcher>) {
  return { dispatch: dispatcher.dispatch.bind(dispatcher) }
}

function request(method: string, one: unknown, id: unknown = one) {
  return { jsonrpc: '2.0', id, method, params: [one] }
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

describe('JSON-RPC 2.0', () => {
  it('echoes ids of every allowed kind and refuses the others', async () => {
    const { send } = world()
    for (const id of ['a', '', 'ü"\\', 0, -1, 1.5, 2 ** 53 - 1, null]) {
      assert.deepEqual(await send(request('say', 'x', id)), { jsonrpc: '2.0', id, result: 'x' })
    }
    for (const id of [{}, [], true, 2 ** 53, 1e300]) {
      const answer = (await send(request('say', 'x', id))) as JsonRpcAnswer
      assert.deepEqual([answer.id, answer.error?.code], [null, -32600])
    }
  })

  it('answers nothing to notifications, and runs them', async () => {
    const { send, gate } = world()
    const notification = { jsonrpc: '2.0', method: 'say', params: ['x'] }
    assert.equal(await send(notification), undefined)
    assert.equal(await send({ ...notification, method: 'absent' }), undefined)
    assert.equal(await send([notification, notification]), undefined)
    const pending = send({ ...notification, method: 'read' })
    await gate.until(1)
    gate.end('x')
    assert.equal(await pending, undefined)
    assert.deepEqual(await send([notification, request('say', 'y')]), [
      { jsonrpc: '2.0', id: 'y', result: 'y' },
    ])
  })

  it('refuses what is not a request, with the id where there is one', async () => {
    const { send } = world()
    for (const body of [
      {},
      null,
      1,
      '"text"',
      true,
      { jsonrpc: '1.0', id: null, method: 'say' },
      { id: null, method: 'say' },
      { jsonrpc: '2.0', id: null },
      { jsonrpc: '2.0', id: null, method: 1 },
      { jsonrpc: '2.0', params: [] },
      { __proto__: null, constructor: { method: 'say' } },
    ]) {
      const { id, error } = (await send(body)) as JsonRpcAnswer
      assert.deepEqual([id, error?.code], [null, -32600], JSON.stringify(body))
    }
    const { id } = (await send({ jsonrpc: '2.0', id: 7, method: 1 })) as JsonRpcAnswer
    assert.equal(id, 7)
  })

  it('takes absent and null params as none, and refuses named ones', async () => {
    const { send } = world()
    const missing = { jsonrpc: '2.0', id: 1, method: 'say' }
    for (const body of [
      missing,
      { ...missing, params: null },
      { ...missing, params: { name: 'x' } },
    ]) {
      const { error } = (await send(body)) as JsonRpcAnswer
      assert.equal(error?.code, -32602)
    }
    const { error } = (await send({ ...missing, params: ['x', 'y'] })) as JsonRpcAnswer
    assert.match(error?.message ?? '', /too many arguments, want at most 1/)
  })

  it('finds no method in the prototype of anything', async () => {
    const { send } = world()
    for (const method of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      const { error } = (await send(request(method, 'x'))) as JsonRpcAnswer
      assert.equal(error?.code, -32601)
    }
  })

  it('leaves every prototype as it was, whatever keys a request has', async () => {
    const { send } = world()
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"say","params":["x"],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    assert.deepEqual(await send(body), { jsonrpc: '2.0', id: 1, result: 'x' })
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    const hidden = '{"__proto__":{"jsonrpc":"2.0","id":1,"method":"say","params":["x"]}}'
    assert.equal(((await send(hidden)) as JsonRpcAnswer).error?.code, -32600)
  })

  it('answers undefined results as null', async () => {
    const { send } = world()
    assert.deepEqual(await send(request('none', 'x')), { jsonrpc: '2.0', id: 'x', result: null })
  })

  it('keeps the text of internal errors in the log', async () => {
    const { send, log } = world()
    for (const [method, code] of [
      ['throw', 'RPC_INTERNAL'],
      ['reject', 'STORE_FULL'],
      ['bigint', 'RPC_INTERNAL'],
    ] as const) {
      const answer = (await send(request(method, 'x'))) as JsonRpcAnswer
      assert.equal(answer.error?.code, -32603)
      assert.deepEqual(answer.error.data, { code })
      assert.doesNotMatch(JSON.stringify(answer), /secret/)
    }
    assert.equal(log.errors.length, 3)
  })

  it('answers a batch in the order of its requests, however they end', async () => {
    const { send, gate } = world()
    const batch = send([request('read', 'a'), request('say', 'b'), 5, request('read', 'c')])
    await gate.until(2)
    gate.end('c')
    gate.end('a')
    const answers = (await batch) as JsonRpcAnswer[]
    assert.deepEqual(
      answers.map(({ id, result, error }) => [id, result ?? error?.code]),
      [
        ['a', 'a'],
        ['b', 'b'],
        [null, -32600],
        ['c', 'c'],
      ],
    )
  })

  it('lets a write see what came before it in the batch, and later calls see the write', async () => {
    const { send, gate } = world()
    const batch = send([
      request('read', 'a'),
      request('read', 'b'),
      request('write', 'c'),
      request('write', 'd'),
      request('read', 'e'),
    ])
    await gate.until(2)
    for (const [index, ended] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      assert.deepEqual(gate.started.length, Math.max(2, index + 1))
      gate.end(ended)
      await gate.until(Math.min(5, Math.max(2, index + 2)))
    }
    assert.equal(((await batch) as unknown[]).length, 5)
  })

  it('runs no more of a batch at once than the window allows', async () => {
    const { send, gate } = world({ batchWindow: 2 })
    const batch = send(['a', 'b', 'c'].map((one) => request('read', one)))
    await gate.until(2)
    assert.deepEqual(gate.started, ['a', 'b'])
    gate.end('a')
    gate.end('b')
    await gate.until(3)
    gate.end('c')
    assert.equal(((await batch) as unknown[]).length, 3)
  })

  it('refuses empty batches and those of more calls than the limit, as one error', async () => {
    const { send } = world()
    for (const size of [0, 1001, 10_000]) {
      const body = Array.from({ length: size }, (_, id) => request('say', 'x', id))
      const { id, error } = (await send(body)) as JsonRpcAnswer
      assert.deepEqual([id, error?.code], [null, -32600])
    }
    const most = Array.from({ length: 1000 }, (_, id) => request('say', 'x', id))
    assert.equal(((await send(most)) as unknown[]).length, 1000)
  })

  it('stops a batch whose answers outgrow the limit, and one answer that does', async () => {
    const { send } = world({ responseBytes: 500 })
    const single = (await send(request('say', 'x'.repeat(500), 1))) as JsonRpcAnswer
    assert.equal(single.error?.data?.['code'], 'RPC_RESPONSE_TOO_LARGE')
    const body = Array.from({ length: 10 }, (_, id) => request('say', 'x'.repeat(100), id))
    const answers = (await send(body)) as JsonRpcAnswer[]
    assert.deepEqual(
      answers.map(({ id }) => id),
      body.map(({ id }) => id),
    )
    const refused = answers.map(({ error }) => error?.data?.['code'] === 'RPC_RESPONSE_TOO_LARGE')
    assert.deepEqual(refused, [false, false, false, true, true, true, true, true, true, true])
  })

  it('keeps nothing of an answer that it has given', async () => {
    const { send } = world({ gatheredBytes: 300, gatheredShare: 100 })
    for (let id = 0; id < 10; id++) await send(request('say', 'x'.repeat(100), id))
    const body = Array.from({ length: 3 }, (_, id) => request('say', 'x'.repeat(80), id))
    const answers = (await send(body)) as JsonRpcAnswer[]
    assert.ok(answers.every(({ error }) => error === undefined))
  })

  it('times a call out, answers the rest of its batch so, and leaves no timer', async () => {
    const { send, gate, clock } = world({ callTime: 1000, batchWindow: 1 })
    const batch = send([request('read', 'a'), request('read', 'b'), request('say', 'c')])
    await gate.until(1)
    clock.advance(999)
    assert.equal(clock.timers, 1)
    clock.advance(1)
    const answers = (await batch) as JsonRpcAnswer[]
    assert.deepEqual(
      answers.map(({ error }) => error?.code),
      [-32002, -32002, -32002],
    )
    assert.deepEqual(gate.started, ['a'])
    assert.equal(clock.timers, 0)
  })

  it('tells a timed-out caller what may have been sent, and sends nothing afterwards', async () => {
    const { send, gate, clock } = world({ callTime: 10 })
    const [early, late] = [send(request('send', 'a')), send(request('send', 'b'))]
    await gate.until(2)
    gate.end('sign a')
    await gate.until(3)
    clock.advance(10)
    const { error: sending } = (await early) as JsonRpcAnswer
    assert.deepEqual(
      [sending?.code, sending?.data],
      [-32002, { code: 'RPC_TIMEOUT_SENDING', hash }],
    )
    assert.match(sending?.message ?? '', /may have been sent: look for 0xab/)
    const { error: queued } = (await late) as JsonRpcAnswer
    assert.equal(queued?.data?.['code'], 'RPC_TIMEOUT')
    gate.end('sign b')
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(gate.started, ['sign a', 'sign b', 'send a'])
  })

  it('lets others in between the answers of a batch that waits for nothing', async () => {
    const { send, gate, clock } = world()
    const names = Array.from({ length: 12 }, (_, index) => `${index}`)
    const batches = ['a', 'b'].map((batch) =>
      send(names.map((one) => request('spend', batch + one))),
    )
    const stretches: number[] = []
    for (let seen = 0; seen < 24; seen = gate.started.length) {
      await new Promise((resolve) => setImmediate(resolve))
      stretches.push(gate.started.length - seen)
      clock.turn()
    }
    assert.deepEqual(stretches, [5, 5, 5, 2, 5, 2])
    assert.deepEqual(gate.started.slice(0, 15), [
      ...names.slice(0, 10).map((one) => `a${one}`),
      ...names.slice(0, 5).map((one) => `b${one}`),
    ])
    for (const batch of batches) assert.equal(((await batch) as unknown[]).length, 12)
  })

  it('ends a batch that waits for nothing at its deadline too', async () => {
    const { send, gate, clock } = world({ callTime: 8 })
    const batch = send(Array.from({ length: 20 }, (_, index) => request('spend', `${index}`)))
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(gate.started.length, 5)
    clock.turn()
    const answers = (await batch) as JsonRpcAnswer[]
    assert.equal(gate.started.length, 8)
    assert.equal(answers.filter(({ error }) => error?.data?.['code'] === 'RPC_TIMEOUT').length, 12)
  })

  it('refuses calls beyond what may be under way, and takes them again afterwards', async () => {
    const { send, gate } = world({ callsUnderWay: 1 })
    const first = send(request('read', 'a'))
    await gate.until(1)
    const second = (await send(request('read', 'b'))) as JsonRpcAnswer
    assert.equal(second.error?.code, -32005)
    gate.end('a')
    assert.equal(((await first) as JsonRpcAnswer).result, 'a')
    const third = send(request('read', 'c'))
    await gate.until(2)
    gate.end('c')
    assert.equal(((await third) as JsonRpcAnswer).result, 'c')
  })

  it('counts a timed-out call as under way until it ends', async () => {
    const { send, gate, clock } = world({ callsUnderWay: 1, callTime: 10 })
    const first = send(request('read', 'a'))
    await gate.until(1)
    clock.advance(10)
    assert.equal(((await first) as JsonRpcAnswer).error?.code, -32002)
    const second = (await send(request('read', 'b'))) as JsonRpcAnswer
    assert.equal(second.error?.code, -32005)
  })

  it('runs few long calls at once, and drops those whose time is over before their turn', async () => {
    const { send, gate, clock } = world({ longCalls: 1, callTime: 10 })
    const first = send(request('long', 'a'))
    await gate.until(1)
    const second = send(request('long', 'b'))
    const other = send(request('read', 'c'))
    await gate.until(2)
    assert.deepEqual(gate.started, ['a', 'c'])
    gate.end('c')
    assert.equal(((await other) as JsonRpcAnswer).result, 'c')
    clock.advance(10)
    for (const late of [first, second]) {
      assert.equal(((await late) as JsonRpcAnswer).error?.code, -32002)
    }
    const third = send(request('long', 'd'))
    gate.end('a')
    await gate.until(3)
    assert.deepEqual(gate.started, ['a', 'c', 'd'])
    gate.end('d')
    assert.equal(((await third) as JsonRpcAnswer).result, 'd')
  })

  it('frees the turn of a long call that is refused or throws', async () => {
    const { send, gate } = world({ longCalls: 1 })
    const refused = (await send(request('long', 1))) as JsonRpcAnswer
    assert.equal(refused.error?.code, -32602)
    const next = send(request('long', 'a'))
    await gate.until(1)
    gate.end('a')
    assert.equal(((await next) as JsonRpcAnswer).result, 'a')
  })

  it('refuses JSON that is nested or split beyond the limits, before it is parsed', async () => {
    const { send } = world()
    const depth = limits.requestDepth.value
    for (const [body, code] of [
      [nested(depth + 1), -32600],
      ['['.repeat(1_000_000), -32600],
      ['{"a":'.repeat(1_000_000), -32600],
      [`[${'0,'.repeat(limits.requestValues.value)}0]`, -32600],
      [nested(depth), -32600],
      ['', -32700],
      ['{', -32700],
      ['{"a":"\\', -32700],
      ['"', -32700],
      ['{"jsonrpc":"2.0",}', -32700],
      ['undefined', -32700],
    ] as const) {
      const answer = (await send(body)) as JsonRpcAnswer | JsonRpcAnswer[]
      const { error } = Array.isArray(answer) ? answer[0]! : answer
      assert.equal(error?.code, code)
    }
  })

  it('does not count brackets and commas inside strings', async () => {
    const { send } = world()
    const text = `${'[{,'.repeat(100_000)}\\"\\\\`
    assert.deepEqual(await send(request('say', text, 1)), { jsonrpc: '2.0', id: 1, result: text })
  })

  it('answers any text with one error or one answer per request', async () => {
    const { send } = world()
    const json = fc.json({ maxDepth: 6 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, fc.string()), async (text) => {
        const answer = await send(text)
        for (const one of Array.isArray(answer) ? (answer as unknown[]) : [answer]) {
          assert.equal((one as JsonRpcAnswer).jsonrpc, '2.0')
          assert.ok([-32600, -32700].includes((one as JsonRpcAnswer).error?.code ?? 0))
        }
      }),
    )
  })
})
