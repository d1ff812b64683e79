/** What many requests of one machine leave for the others, over HTTP and the real pool. */
import assert from 'node:assert/strict'

import { z } from 'zod'

import { hex } from '#base'
import { defineMethod, methods } from '#rpc'

import type { PoolFace } from '../../chain/port.ts'
import { clientOf, sourceOf, unnamed } from '../../rpc/source.ts'
import { forged, Wallet } from '../chain/pars/wallet.ts'
import { Pooled } from '../chain/pool/pooled.ts'
import { FixtureChain, sign } from './fixture-chain.ts'
import { call, type JsonRpcAnswer, post, serve } from './fixture-server.ts'

const alice = new Wallet('alice')

/** The fixture with the real pool. */
class PooledChain extends FixtureChain {
  readonly #pooled: Pooled

  constructor(pooled: Pooled) {
    super()
    this.#pooled = pooled
  }

  override get pool(): PoolFace {
    // The parent's constructor has no use for it.
    return this.#pooled.pool
  }
}

const codeOf = ({ error }: JsonRpcAnswer): unknown => error?.data?.['code']
const send = (url: string, wire: Uint8Array) => call(url, 'eth_sendRawTransaction', [hex(wire)])

async function batch(url: string, calls: readonly object[]): Promise<readonly JsonRpcAnswer[]> {
  const body = calls.map((one, id) => ({ jsonrpc: '2.0', id, ...one }))
  const { text } = await post(url, JSON.stringify(body))
  return JSON.parse(text) as JsonRpcAnswer[]
}

describe('a flood over HTTP', () => {
  it('of garbage keeps no honest transaction of the same machine out', async () => {
    const pooled = new Pooled(alice)
    const { server, url } = await serve({ chain: new PooledChain(pooled) })
    const poor = new Wallet('poor').wire()
    const garbage = [Uint8Array.of(0x50), new Uint8Array(4000), forged(poor).subarray(9), poor]
    const honest = { isDone: false }
    let refused = 0
    const flood = async (): Promise<void> => {
      const calls = Array.from({ length: 100 }, (_, index) => ({
        method: 'eth_sendRawTransaction',
        params: [hex(garbage[index % garbage.length]!)],
      }))
      while (!honest.isDone) {
        const answers = await batch(url, calls)
        assert(answers.every((answer) => String(codeOf(answer)).startsWith('TX_')))
        refused += answers.length
      }
    }
    const floods = Array.from({ length: 4 }, flood)
    for (let nonce = 0n; nonce < 40n; nonce++) {
      const { result } = await send(url, alice.wire({ nonce }))
      assert.equal(typeof result, 'string', `nonce ${nonce}`)
    }
    honest.isDone = true
    await Promise.all(floods)
    assert.equal(pooled.pool.size, 40)
    assert(refused > 400)
    await server.close()
  })

  it('of what costs verifications is one source, whatever address of the machine it has', async () => {
    const pooled = new Pooled(alice)
    const chain = new PooledChain(pooled)
    const [own, trusting] = [await serve({ chain }), await serve({ chain, trustsProxy: true })]
    const forgeries = (first: number) =>
      Array.from({ length: 200 }, (_, index) => ({
        method: 'eth_sendRawTransaction',
        params: [hex(forged(alice.wire({ value: BigInt(first + index) })))],
      }))
    for (const [index, { url }] of [own, trusting].entries()) {
      for (const answer of await batch(url, forgeries(200 * index))) {
        assert.equal(codeOf(answer), 'TX_BAD_SIGNATURE')
      }
    }
    const from = async (url: string, forwarded: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded }
      const params = [hex(alice.wire())]
      const body = { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params }
      const answer = JSON.parse((await post(url, JSON.stringify(body), headers)).text)
      return codeOf(answer as JsonRpcAnswer)
    }
    assert.equal(await from(own.url, '192.0.2.1'), 'POOL_RATE', 'not told to trust it')
    assert.equal(await from(trusting.url, '192.0.2.1, 127.0.0.9'), 'POOL_RATE')
    assert.equal(await from(trusting.url, 'unknown'), 'POOL_RATE')
    assert.equal(await from(trusting.url, '127.0.0.1, 192.0.2.1'), undefined)
    await Promise.all([own.server.close(), trusting.server.close()])
  })

  it('of counts costs the same whatever the pool holds, and writes nothing out', async () => {
    const pooled = new Pooled(alice)
    const nonces = Array.from({ length: 64 }, (_, nonce) => BigInt(nonce))
    await pooled.submitAll(
      nonces.filter((nonce) => nonce !== 40n).map((nonce) => alice.wire({ nonce })),
    )
    pooled.pool.list = () => assert.fail('asked for all that the pool holds')
    const { server, url } = await serve({ chain: new PooledChain(pooled) })
    const calls = Array.from({ length: 1000 }, () => ({ method: 'txpool_status', params: [] }))
    const expected = { pending: '0x28', queued: '0x17' }
    for (const { result } of await batch(url, calls)) assert.deepEqual(result, expected)
    await server.close()
  })

  it('of answers without waiting lets others in', async () => {
    const spin = defineMethod({
      name: 'spin',
      summary: '',
      params: z.tuple([]),
      paramNames: [],
      result: z.null(),
      handler() {
        for (const until = performance.now() + 1; performance.now() < until;);
        return null
      },
    })
    const { server, url } = await serve({ methods: [...methods, spin] })
    const order: string[] = []
    const floods = Array.from({ length: 3 }, async () => {
      await batch(
        url,
        Array.from({ length: 400 }, () => ({ method: 'spin' })),
      )
      order.push('batch')
    })
    // The last of them is in the server once an earlier call of the same client was answered.
    for (let index = 0; index < 5; index++) {
      await call(url, 'eth_chainId')
      order.push('call')
    }
    await Promise.all(floods)
    assert.deepEqual(
      order.slice(0, 5),
      Array.from({ length: 5 }, () => 'call'),
    )
    await server.close()
  })

  it('of one sender’s transactions is written out in pieces', async () => {
    const { chain, server, url } = await serve()
    const { wire } = sign(0, { nonce: 1n, data: new Uint8Array(120_000) })
    await chain.pool.submit(wire, { kind: 'client', id: 'one' })
    const [one] = chain.pooled
    for (let nonce = 2n; nonce < 41n; nonce++) chain.pooled.push({ ...one!, nonce })
    const order: string[] = []
    const content = call(url, 'txpool_contentFrom', [hex(one!.sender)]).then((answer) => {
      order.push('content')
      return answer
    })
    await call(url, 'eth_chainId')
    await call(url, 'eth_chainId')
    order.push('calls')
    const { pending } = (await content).result as { readonly pending: object }
    assert.deepEqual(order, ['calls', 'content'])
    assert.equal(Object.keys(pending).length, 40)
    await server.close()
  })
})

describe('whom the pool charges', () => {
  const local = sourceOf('127.0.0.1')

  it('is this machine for all of its addresses', () => {
    const same = ['127.0.0.2', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:3', '::']
    for (const address of [...same, '[::1]', '[::1]:80', '127.0.0.1:80']) {
      assert.equal(sourceOf(address), local, address)
    }
  })

  it('is one stranger for all that is no address', () => {
    for (const address of ['', 'unknown', '_hidden', '1:2', '256.0.0.1', '127.0.0.1:x', '[::1']) {
      assert.equal(sourceOf(address), unnamed, address)
    }
  })

  it('is an address without its port, brackets and zone', () => {
    assert.equal(sourceOf('8.8.8.8:1234'), '8.8.8.8')
    for (const address of ['[2001:db8::1]:443', '[2001:db8::1]', '2001:db8::1%eth0']) {
      assert.equal(sourceOf(address), '2001:db8:0:0::/64', address)
    }
  })

  it('is never this machine behind a proxy, which speaks for others', () => {
    const socket = { remoteAddress: '127.0.0.1' }
    for (const named of [undefined, '', '127.0.0.1', '192.0.2.1, ::1', 'unknown']) {
      const request = { headers: { 'x-forwarded-for': named }, socket }
      assert.equal(clientOf(request, true), unnamed, String(named))
      assert.equal(clientOf(request, false), local, String(named))
    }
  })

  it('is an IPv4 address, however it is written', () => {
    assert.equal(sourceOf('192.0.2.1'), '192.0.2.1')
    assert.equal(sourceOf('::ffff:192.0.2.1'), '192.0.2.1')
    assert.equal(sourceOf('::FFFF:C000:201'), '192.0.2.1')
  })

  it('is the network of 64 bits of an IPv6 address', () => {
    for (const address of ['2001:db8::1', '2001:DB8:0:0:ffff::', '2001:db8:0:0:1:2:3:4']) {
      assert.equal(sourceOf(address), '2001:db8:0:0::/64')
    }
    assert.equal(sourceOf('2001:db8:0:1::1'), '2001:db8:0:1::/64')
    assert.equal(sourceOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
    assert.equal(sourceOf('::2:0:0:1'), local, 'a network of zeros is this machine')
  })
})
