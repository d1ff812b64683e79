/** What a proxy forwards and how, over a node that the test plays through the port. */
import assert from 'node:assert/strict'

import { Fault, hex, silent } from '#base'
import {
  type AccountSigner,
  createProxyServer,
  type ProxyServerOptions,
  type Upstream,
  type UpstreamAnswer,
  type UpstreamCall,
} from '#rpc'

import { createTokenCheck } from '../../rpc/access.ts'
import { type JsonRpcAnswer, post, systemClock } from './fixture-server.ts'
import { ManualClock } from './manual.ts'

const account = new Uint8Array(20).fill(0xaa)
const token = 'ab'.repeat(32)

/** Answers each call with its first parameter, when the test says so. */
class PlayedNode implements Upstream {
  readonly batches: { readonly path: string; readonly methods: readonly string[] }[] = []
  readonly #held: (() => void)[] = []
  readonly #arrivals: (() => void)[] = []
  holds = false
  fault: Fault | undefined

  async answers(path: string, calls: readonly UpstreamCall[]): Promise<readonly UpstreamAnswer[]> {
    this.batches.push({ path, methods: calls.map(({ method }) => method) })
    for (const arrived of this.#arrivals.splice(0)) arrived()
    if (this.holds) await new Promise<void>((resolve) => this.#held.push(resolve))
    if (this.fault !== undefined) throw this.fault
    return calls.map(({ params }) => ({ result: params[0] }))
  }

  /** Resolves once so many requests have come. */
  async come(count: number): Promise<void> {
    while (this.batches.length < count) {
      await new Promise<void>((resolve) => this.#arrivals.push(resolve))
    }
  }

  release(): void {
    this.holds = false
    for (const resolve of this.#held.splice(0)) resolve()
  }
}

/** Notes what it is asked for. */
function notingSigner(asked: unknown[]): AccountSigner {
  const note = (name: string) => (request: unknown) => {
    asked.push([name, request])
    return Promise.resolve(new Uint8Array(32))
  }
  return {
    chainId: 7227n,
    accounts: () => [account],
    keyOf: () => Promise.resolve({ algorithm: 0x87, publicKey: Uint8Array.of(7) }),
    send: note('send'),
    sign: note('sign'),
    signMessage: note('message'),
    signTypedData: note('data'),
  }
}

const call = (method: string, ...params: readonly unknown[]) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params,
})
const codeOf = (answer: unknown): unknown => (answer as JsonRpcAnswer).error?.data?.['code']

describe('the proxy server', () => {
  let close: (() => Promise<void>) | undefined
  afterEach(() => close?.())

  async function served(options: Partial<ProxyServerOptions> = {}) {
    const node = new PlayedNode()
    const asked: unknown[] = []
    const server = createProxyServer({
      upstream: node,
      signer: notingSigner(asked),
      token,
      clock: systemClock,
      log: silent,
      ...options,
    })
    close = () => server.close()
    const url = await server.listen({ host: '127.0.0.1', port: 0 })
    const send = async (body: unknown, where = '/', bearer = token): Promise<unknown> => {
      const headers = {
        'content-type': 'application/json',
        ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
      }
      const { text } = await post(new URL(where, url).href, JSON.stringify(body), headers)
      return text === '' ? undefined : JSON.parse(text)
    }
    return { node, asked, send }
  }

  it('hands what comes as a batch to the node as one, split where it signs', async () => {
    // On a clock that stands no stretch of work is ever too long for one batch.
    const { node, asked, send } = await served({ clock: new ManualClock() })
    const answers = await send(
      [
        call('a', 1),
        call('b', { deep: [true] }),
        call('eth_sendTransaction', { from: hex(account), to: hex(account) }),
        call('c', 'x'),
        call('eth_sendRawTransaction', '0x'),
        call('d', null),
      ],
      '/eth',
    )
    assert.deepEqual(
      (answers as JsonRpcAnswer[]).map(({ result }) => result),
      [1, { deep: [true] }, `0x${'00'.repeat(32)}`, 'x', '0x', null],
    )
    assert.deepEqual(node.batches, [
      { path: '/eth', methods: ['a', 'b'] },
      { path: '/eth', methods: ['c'] },
      { path: '/eth', methods: ['eth_sendRawTransaction'] },
      { path: '/eth', methods: ['d'] },
    ])
    assert.equal(asked.length, 1)
  })

  it('forwards no method that would sign, whatever its name is', async () => {
    const { node, send } = await served()
    for (const method of ['eth_sign', 'eth_signTypedData_v3', 'personal_sendTransaction']) {
      assert.equal(codeOf(await send(call(method))), 'RPC_SIGN_UNSUPPORTED')
    }
    assert.deepEqual(node.batches, [])
  })

  it('names the key of its accounts in estimates, for who has the token', async () => {
    const { node, send } = await served()
    const known = { from: hex(account).toUpperCase().replace('X', 'x'), to: hex(account) }
    const key = { pqAlgorithm: '0x87', pqPublicKey: '0x07' }
    for (const [bearer, given, forwarded] of [
      [token, known, { ...known, ...key }],
      [token, { ...known, pqAlgorithm: '0x44' }, { ...known, ...key, pqAlgorithm: '0x44' }],
      [token, { from: `0x${'bb'.repeat(20)}` }, { from: `0x${'bb'.repeat(20)}` }],
      [token, 'nonsense', 'nonsense'],
      ['', known, known],
    ] as const) {
      const answer = await send(call('eth_estimateGas', given, 'latest'), '/', bearer)
      // The node that is played answers what it was asked.
      assert.deepEqual((answer as JsonRpcAnswer).result, forwarded)
    }
    await send(call('eth_estimateGas'))
    assert.equal(node.batches.length, 6)
  })

  it('passes on everything that a sender decides', async () => {
    const { asked, send } = await served()
    const request = {
      from: hex(account),
      to: hex(account),
      value: '0x2',
      input: '0x0102',
      gas: '0x5208',
      gasPrice: '0x3',
      nonce: '0x4',
      nonceKey: '0x5',
      validUntil: '0x6',
      chainId: '0x1c3b',
      accessList: [{ address: hex(account), storageKeys: [] }],
      type: '0x2',
    }
    await send(call('eth_sendTransaction', request))
    assert.deepEqual(asked, [
      [
        'send',
        {
          from: account,
          to: account,
          value: 2n,
          data: Uint8Array.of(1, 2),
          gas: 0x5208n,
          maxFeePerGas: 3n,
          maxPriorityFeePerGas: 3n,
          nonce: 4n,
          nonceKey: 5n,
          validUntil: 6n,
          accessList: [[account, []]],
        },
      ],
    ])
  })

  it('has no more than sixteen requests at the node, and no more calls than its limit', async () => {
    const { node, send } = await served({ limits: { callsUnderWay: 20 } })
    node.holds = true
    const answers = Array.from({ length: 24 }, (_, index) => send(call('eth_call', index)))
    await node.come(16)
    // Those beyond the limit are answered at once, while all others wait.
    const early: unknown[] = []
    await new Promise<void>((resolve) => {
      for (const answer of answers) void answer.then((one) => early.push(one) === 4 && resolve())
    })
    assert.deepEqual(
      early.map(codeOf),
      Array.from({ length: 4 }, () => 'RPC_BUSY'),
    )
    assert.equal(node.batches.length, 16)
    node.release()
    const all = await Promise.all(answers)
    assert.equal(all.filter((answer) => codeOf(answer) === 'RPC_BUSY').length, 4)
    assert.equal(node.batches.length, 20)
  })

  it('by default has no more than 512 calls at the node', async () => {
    const { node, send } = await served()
    node.holds = true
    const batch = Array.from({ length: 64 }, (_, index) => call('eth_call', index))
    const answers = Array.from({ length: 8 }, () => send(batch))
    await node.come(8)
    assert.equal(codeOf(await send(call('eth_call', 0))), 'RPC_BUSY')
    node.release()
    for (const answer of await Promise.all(answers)) {
      assert.deepEqual(new Set((answer as JsonRpcAnswer[]).map(codeOf)), new Set([undefined]))
    }
    assert.equal(codeOf(await send(call('eth_call', 0))), undefined)
  })

  it('by default gives up after 25 seconds, a little later than the node', async () => {
    const clock = new ManualClock()
    const { node, send } = await served({ clock })
    node.holds = true
    let isAnswered = false
    const answer = send(call('eth_call', 0)).finally(() => (isAnswered = true))
    await node.come(1)
    clock.advance(24_999)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isAnswered, false)
    clock.advance(1)
    assert.equal(codeOf(await answer), 'RPC_TIMEOUT')
    node.release()
  })

  it('gives all calls of a batch the fault that kept the node from answering', async () => {
    const { node, send } = await served()
    node.fault = new Fault({ code: 'NODE_UNREACHABLE', url: 'x' }, 'start a node')
    const answers = (await send([call('a'), call('b')])) as JsonRpcAnswer[]
    assert.deepEqual(
      answers.map(({ error }) => [error?.code, error?.message]),
      Array.from({ length: 2 }, () => [-32002, 'start a node']),
    )
  })

  it('takes bodies that still fit the node when they grow, and none larger', async () => {
    const { send } = await served()
    const most = 2 * 1024 * 1024 - 16_384
    const envelope = JSON.stringify(call('eth_call', '')).length
    const fitting = 'x'.repeat(most - envelope)
    assert.equal(((await send(call('eth_call', fitting))) as JsonRpcAnswer).result, fitting)
    assert.equal(codeOf(await send(call('eth_call', `${fitting}x`))), 'RPC_BODY_TOO_LARGE')
  })
})

describe('the token check', () => {
  const check = createTokenCheck(token)

  it('takes the token as bearer, and as password of any user', () => {
    for (const header of [
      `Bearer ${token}`,
      `bearer  ${token} `,
      `Basic ${btoa(`pars:${token}`)}`,
      `basic ${btoa(`:${token}`)}`,
    ]) {
      assert.equal(check(header), 'right', header)
    }
    assert.equal(check(undefined), 'absent')
  })

  it('takes nothing else', () => {
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      token,
      `Bearer ${token.slice(1)}`,
      `Bearer ${token}${token}`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${btoa(`pars:${token}`)}`,
      `Basic ${token}`,
      `Basic ${btoa(`${token}:`)}`,
      `Basic ${btoa(`a:b:${token}`)}`,
      'Basic ????',
      `Token ${token}`,
    ]) {
      assert.equal(check(header), 'wrong', header)
    }
  })
})
