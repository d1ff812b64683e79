/** Answers on their way: what they may take, and who does not take them. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

import { z } from 'zod'

import { defineMethod, limits, methods, type RpcServerOptions } from '#rpc'

import { account } from './fixture-chain.ts'
import { call, serve } from './fixture-server.ts'
import { ManualClock } from './manual.ts'
import { WebSocketClient } from './socket-client.ts'

const size = 24 * 1024 * 1024

const large = defineMethod({
  name: 'large',
  summary: '',
  params: z.tuple([]),
  paramNames: [],
  result: z.string(),
  handler: () => 'x'.repeat(size),
})

const start = (options: Partial<RpcServerOptions> = {}) =>
  serve({ methods: [...methods, large], ...options })

/** A connection that asks for what is large, and takes nothing of it by itself. */
async function asking(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.on('error', () => undefined)
  socket.pause()
  const body = '{"jsonrpc":"2.0","id":1,"method":"large"}'
  const head = ['POST / HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
  socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'))
  return socket
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

/** Closes under a clock that does not move by itself. */
async function close(server: { close(): Promise<void> }, clock: ManualClock): Promise<void> {
  const closing = server.close()
  clock.advance(limits.drainTime.value)
  await closing
}

describe('an answer over HTTP', () => {
  it('arrives whole, whatever its characters take', async () => {
    const text = `${'x'.repeat(limits.pieceCharacters.value - 40)}${'😀é'.repeat(100_000)}`
    const wide = defineMethod({
      name: 'wide',
      summary: '',
      params: z.tuple([z.string()]),
      paramNames: ['shift'],
      result: z.string(),
      handler: ([shift]) => `${shift}${text}`,
    })
    const { server, url } = await serve({ methods: [...methods, wide] })
    const client = await WebSocketClient.open(url)
    for (const shift of ['', 'y', 'yy']) {
      assert.equal((await call(url, 'wide', [shift])).result, `${shift}${text}`)
      assert.equal(await client.ask('wide', shift), `${shift}${text}`)
    }
    await client.close()
    await until(() => server.facts().outgoing === 0)
    await server.close()
  })

  it('that nobody reads counts, and cuts who has most of all', async () => {
    const most = 2 * size + 1000
    const { server, url } = await start({ limits: { socketBytesInAll: most } })
    const deaf = await Promise.all(Array.from({ length: 6 }, () => asking(url)))
    let greatest = 0
    await until(() => {
      const { outgoing, connections } = server.facts()
      greatest = Math.max(greatest, outgoing)
      return greatest > 0 && connections.http < deaf.length
    })
    assert.ok(greatest <= most, `${greatest} bytes`)
    for (const socket of deaf) socket.destroy()
    await until(() => server.facts().outgoing === 0)
    await server.close()
  })

  it('of which nothing is taken for 20 s ends the connection', async () => {
    const clock = new ManualClock()
    const { server, url } = await start({ clock })
    const socket = await asking(url)
    await until(() => server.facts().outgoing > 0)
    while (server.facts().connections.http > 0) {
      clock.advance(limits.stallTime.value)
      await turn()
    }
    assert.equal(server.facts().outgoing, 0)
    assert.equal(clock.timers, 0)
    socket.destroy()
    await close(server, clock)
  })

  it('that is taken slowly arrives', async () => {
    const clock = new ManualClock()
    const { server, url } = await start({ clock })
    const socket = await asking(url)
    let got = 0
    socket.on('data', (part: Buffer) => (got += part.length))
    socket.pause()
    await until(() => server.facts().outgoing > 0)
    while (server.facts().outgoing > 0) {
      const { outgoing } = server.facts()
      socket.resume()
      await until(() => server.facts().outgoing < outgoing)
      socket.pause()
      clock.advance(0.9 * limits.stallTime.value)
    }
    assert.ok(clock.now() > 3 * limits.stallTime.value)
    socket.resume()
    await until(() => got > size)
    socket.destroy()
    await close(server, clock)
  })

  it('that nobody takes gives its place to a newcomer, and what is being computed does not', async () => {
    const clock = new ManualClock()
    const { server, chain, url } = await start({ clock, limits: { connections: 2, sockets: 0 } })
    const reached = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    chain.before = () => {
      reached.resolve()
      return held.promise
    }
    const slow = call(url, 'eth_getBalance', [account(0)])
    await reached.promise
    const deaf = await asking(url)
    await until(() => server.facts().outgoing > 0)
    await assert.rejects(call(url, 'eth_chainId'))
    // What the system takes by itself was taken by now, or is before the next one comes.
    let isServed = false
    while (!isServed) {
      clock.advance(limits.yieldTime.value + 1)
      const answer = await call(url, 'eth_chainId').catch(() => undefined)
      isServed = answer?.result === '0x1c3b'
    }
    assert.equal(server.facts().outgoing, 0)
    held.resolve()
    assert.equal((await slow).result, '0xd3c21bcecceda1000000')
    deaf.destroy()
    await close(server, clock)
  })
})

describe('an answer over WebSocket', () => {
  it('that is taken slowly counts as a sign of life, and one that is not taken does not', async () => {
    const clock = new ManualClock()
    const { server, url } = await start({ clock })
    const client = await WebSocketClient.open(url)
    client.send('{"jsonrpc":"2.0","id":1,"method":"large"}')
    client.socket.pause()
    await until(() => server.facts().outgoing > 0)
    for (let pings = 0; pings < 4; pings++) {
      const { outgoing } = server.facts()
      client.socket.resume()
      await until(() => server.facts().outgoing < outgoing)
      client.socket.pause()
      clock.advance(limits.pingTime.value)
      assert.ok(server.facts().outgoing > 0)
      await turn()
      assert.equal(server.facts().connections.ws, 1)
    }
    while (server.facts().connections.ws > 0) {
      clock.advance(limits.pingTime.value)
      await turn()
    }
    client.socket.terminate()
    await close(server, clock)
  })

  it('arrives whole when the server closes', async () => {
    const { server, url } = await start()
    const client = await WebSocketClient.open(url)
    client.socket.pause()
    const answer = client.ask<string>('large')
    await until(() => server.facts().outgoing > 0)
    const closing = server.close()
    await turn()
    client.socket.resume()
    assert.equal((await answer).length, size)
    assert.equal((await client.until(() => client.closed)).code, 1001)
    await closing
  })

  it('to a ping is not expected of who is not read while it pays', async () => {
    const clock = new ManualClock()
    const pingTime = 5000
    const rate = { perSecond: 1, includesLocal: true }
    const { server, url } = await start({ clock, rate, limits: { pingTime } })
    const client = await WebSocketClient.open(url)
    await client.ask('eth_getLogs', {})
    client.send(`"${'x'.repeat(limits.unitCharacters.value)}"`)
    await client.until(() => client.messages.length === 2 || undefined)
    for (let pings = 0; pings < 4; pings++) {
      clock.advance(pingTime)
      await turn()
    }
    assert.equal(server.facts().connections.ws, 1)
    clock.advance(60_000)
    assert.equal(await client.ask('eth_chainId'), '0x1c3b')
    client.socket.terminate()
    await close(server, clock)
  })
})
