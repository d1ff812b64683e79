import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

import { type Shape, ShapingProxy } from './shaping-proxy.ts'

interface Ends {
  readonly left: Socket
  readonly right: Socket
  readonly proxy: ShapingProxy
  readonly close: () => Promise<void>
}

async function ends(shape: Shape): Promise<Ends> {
  const [left, right] = [createSocket('udp4'), createSocket('udp4')]
  for (const socket of [left, right]) {
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
  }
  const proxy = await ShapingProxy.open(shape, left.address(), right.address())
  return {
    left,
    right,
    proxy,
    async close() {
      left.close()
      right.close()
      await proxy.close()
    },
  }
}

/** Of two hundred datagrams. */
async function lost(): Promise<readonly number[]> {
  const shape = { bitsPerSecond: 1e9, latency: 0, loss: 0.3, seed: 7 }
  const { left, right, proxy, close } = await ends(shape)
  const arrived = new Set<number>()
  const { promise, resolve } = Promise.withResolvers<void>()
  right.on('message', ([first = 0]) => {
    arrived.add(first)
    if (first === 200) resolve()
  })
  for (let index = 0; index < 200; index++) left.send(Buffer.of(index), proxy.leftPort)
  // Some of these arrive.
  for (let index = 0; index < 20; index++) left.send(Buffer.of(200), proxy.leftPort)
  await promise
  await close()
  return Array.from({ length: 200 }, (_, index) => index).filter((index) => !arrived.has(index))
}

describe('shaping proxy', () => {
  it('carries datagrams both ways, each not before its time', async () => {
    const { left, right, proxy, close } = await ends({ bitsPerSecond: 80_000, latency: 30 })
    const begun = performance.now()
    // 1000 bytes at 10 bytes a millisecond.
    for (let index = 0; index < 4; index++) left.send(Buffer.alloc(250, index), proxy.leftPort)
    for (let index = 0; index < 4; index++) {
      const [bytes] = (await once(right, 'message')) as [Buffer]
      assert.equal(bytes[0], index)
    }
    assert.ok(performance.now() - begun >= 129)
    right.send('answer', proxy.rightPort)
    const [answer] = (await once(left, 'message')) as [Buffer]
    assert.equal(answer.toString(), 'answer')
    assert.equal(proxy.forth.forwarded, 4)
    assert.equal(proxy.back.forwarded, 1)
    await close()
  })

  it('loses the same datagrams from the same seed', async () => {
    const first = await lost()
    assert.ok(first.length > 30 && first.length < 90, String(first.length))
    assert.deepEqual(await lost(), first)
  })

  it('holds no more than its queue', async () => {
    const shape = { bitsPerSecond: 8_000, latency: 0, queuedBytes: 1_000 }
    const { left, right, proxy, close } = await ends(shape)
    for (let index = 0; index < 10; index++) left.send(Buffer.alloc(400), proxy.leftPort)
    await once(right, 'message')
    assert.equal(proxy.forth.taken, 10)
    assert.equal(proxy.forth.overflowed, 8)
    await close()
  })
})
