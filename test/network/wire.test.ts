import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

import type { PushProtocol } from '#network'

import { systemRandom } from '../../node/random.ts'
import { Inbox, networkId, TestNode } from './nodes.ts'
import { listen, portOf } from './raw-peer.ts'

/** Passes connections on and keeps every byte of both directions. */
class RecordingProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #chunks: Buffer[] = []

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from)
        from.on('error', () => to.destroy())
        from.on('data', (data: Buffer) => {
          this.#chunks.push(data)
          to.write(data)
        })
        from.on('end', () => to.end())
      }
    })
  }

  static async to(target: number): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return portOf(this.#server)
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0)
  }

  has(marker: Uint8Array | string): boolean {
    return Buffer.concat(this.#chunks).includes(marker)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

const dag = '/pars/dag/1'

describe('what a listener on the wire sees', () => {
  const marker = systemRandom.bytes(24)
  const message = Buffer.concat([Buffer.alloc(5_000), marker, Buffer.alloc(5_000)])

  it('are no frames, no gossip and no status', async () => {
    const received = new Inbox<string>()
    const push: PushProtocol = {
      id: dag,
      traffic: 'dag',
      receive: (one) => received.add(`pushed ${one.length}`),
    }
    const options = (own: string) => ({
      pushes: [push],
      requests: [{ id: '/pars/fetch/1', traffic: 'sync', answer: () => [message] } as const],
      topics: [
        {
          name: 'transactions',
          validate(one: Uint8Array) {
            received.add(`${own} heard ${one.length}`)
            return 'accept' as const
          },
        },
      ],
    })
    await using listener = await TestNode.start(options('listener'))
    await using proxy = await RecordingProxy.to(listener.port)
    await using dialler = await TestNode.start(options('dialler'))
    const address = listener.address.replace(`/tcp/${listener.port}/`, `/tcp/${proxy.port}/`)
    await dialler.network.dial(address)
    assert.ok(dialler.network.push(listener.peer, dag, message))
    const { items } = await dialler.network.request(listener.peer, '/pars/fetch/1', message)
    assert.deepEqual(Buffer.from(items[0] ?? []), message)
    const sent = Buffer.concat([message, Buffer.of(1)])
    while ((await dialler.network.publish('transactions', sent)) === 0) {
      sent[0] = (sent[0] ?? 0) + 1
      await new Promise(setImmediate)
    }
    await received.until((lines) => lines.length >= 2)
    assert.ok(proxy.bytes > 4 * message.length, `${proxy.bytes} bytes went by`)
    assert.ok(proxy.has('/pars/tls/1'), 'the name of the encrypter is all that is in clear')
    assert.equal(proxy.has(marker), false)
    assert.equal(proxy.has(networkId), false)
    assert.equal(proxy.has('pars/test'), false)
    assert.equal(proxy.has('/meshsub/'), false)
  })

  it('are the same bytes where they are not encrypted', async () => {
    const arrived = Promise.withResolvers<void>()
    let bytes = 0
    await using server = await listen((socket) => {
      socket.on('data', (data) => {
        bytes += data.length
        if (bytes === message.length) arrived.resolve()
      })
    })
    await using proxy = await RecordingProxy.to(portOf(server))
    const socket = connect(proxy.port, '127.0.0.1')
    socket.write(message)
    await arrived.promise
    socket.destroy()
    assert.equal(proxy.has(marker), true)
  })
})
