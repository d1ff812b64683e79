/** A peer that passes the handshake and then does as it likes. */
import type { Connection, Stream } from '@libp2p/interface'

import { NodeKey, type Status } from '#network'

import { createRouter, topicId } from '../../network/gossip/gossip.ts'
import { parseAddress } from '../../network/peers/address.ts'
import { statusProtocol } from '../../network/status/exchange.ts'
import { encodeStatus } from '../../network/status/status.ts'
import { frame } from '../../network/streams/frames.ts'
import { createNode } from '../../network/transport/libp2p.ts'
import { systemClock } from '../../node/clock.ts'
import { systemRandom } from '../../node/random.ts'
import { statusOf } from './nodes.ts'

export class Rogue implements AsyncDisposable {
  readonly peer: string
  readonly connection: Connection
  readonly node: Awaited<ReturnType<typeof createNode>>

  private constructor(connection: Connection, node: Rogue['node']) {
    this.peer = node.peerId.toString()
    this.connection = connection
    this.node = node
  }

  /** Connects, without a word of status. */
  static async silent(address: string, topics: readonly string[] = []): Promise<Rogue> {
    const node = await createNode({
      key: NodeKey.generate(systemRandom),
      clock: systemClock,
      listen: [],
      announce: [],
      mdns: undefined,
      gater: {},
      handshakeTimeout: 5_000,
      streamTimeout: 5_000,
      received() {},
      router: createRouter(topics.map((name) => ({ name, validate: () => 'accept' }))),
    })
    await node.start()
    for (const name of topics) node.services.gossip.subscribe(topicId(name))
    return new Rogue(await node.dial(parseAddress(address).multiaddr), node)
  }

  /** Connects and says what an honest node says. */
  static async greeted(address: string, topics: readonly string[] = []): Promise<Rogue> {
    const rogue = await Rogue.silent(address, topics)
    await rogue.greet()
    return rogue
  }

  async greet(overrides: Partial<Status> = {}, connection = this.connection): Promise<void> {
    const stream = await connection.newStream(statusProtocol)
    const answered = new Promise((resolve) => stream.addEventListener('message', resolve))
    const protocols = this.node.getProtocols()
    stream.send(frame(encodeStatus({ ...statusOf(), protocols, ...overrides })))
    await answered
    await stream.close()
  }

  open(protocol: string): Promise<Stream> {
    return this.connection.newStream(protocol)
  }

  /** Sends bytes on a stream of their own, and waits for its end. */
  async throwAt(protocol: string, bytes: Uint8Array): Promise<void> {
    const stream = await this.open(protocol)
    const ended = new Promise((resolve) => stream.addEventListener('close', resolve))
    stream.addEventListener('message', () => {})
    if (stream.writeStatus !== 'writable') return
    stream.send(bytes)
    await ended
  }

  /** Publishes what its own side would refuse to. */
  async publish(topic: string, message: Uint8Array): Promise<void> {
    await this.node.services.gossip.publish(topicId(topic), message)
  }

  get isConnected(): boolean {
    return this.connection.status === 'open'
  }

  get closed(): Promise<unknown> {
    return new Promise((resolve) => {
      if (!this.isConnected) resolve(undefined)
      this.connection.addEventListener('close', resolve)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node.stop()
  }
}
