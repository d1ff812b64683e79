import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub'
import {
  type Connection,
  type ConnectionGater,
  type Libp2p,
  type MessageStream,
  serviceCapabilities,
} from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

import type { Clock } from '#base'

import type { NodeKey } from '../identity/node-key.ts'
import { limits } from '../limits.ts'
import { TlsEncrypter } from './encrypter.ts'

type Components = Parameters<
  NonNullable<NonNullable<Parameters<typeof createLibp2p>[0]>['services']>[string]
>[0]

/** What gossipsub waits for before it greets a peer: our status, not libp2p's identify. */
class Announcer {
  readonly [serviceCapabilities] = ['@libp2p/identify']
  readonly #components: Components

  constructor(components: Components) {
    this.#components = components
  }

  /** Tells libp2p's topologies that a peer speaks `protocols` on `connection`. */
  async announce(connection: Connection, protocols: string[]): Promise<void> {
    const { peerStore, events } = this.#components
    await peerStore.patch(connection.remotePeer, { protocols })
    const detail = { peerId: connection.remotePeer, protocols, listenAddrs: [], connection }
    events.safeDispatchEvent('peer:identify', { detail })
  }
}

export type Services = { status: Announcer; gossip: GossipSub }

export interface Libp2pOptions {
  readonly key: NodeKey
  readonly clock: Clock
  readonly listen: readonly string[]
  readonly announce: readonly string[]
  /** The name under which to look for peers on the local network, if at all. */
  readonly mdns: string | undefined
  readonly gater: ConnectionGater
  readonly received: (stream: MessageStream, bytes: number) => void
  readonly router: (components: GossipSubComponents) => GossipSub
  /** Milliseconds. */
  readonly handshakeTimeout: number
  /** Milliseconds until both sides of a new stream agree on what it is for. */
  readonly streamTimeout: number
}

/** libp2p with one transport, one encrypter and one muxer; it dials nobody by itself. */
export function createNode(options: Libp2pOptions): Promise<Libp2p<Services>> {
  const { mdns: serviceTag, handshakeTimeout, streamTimeout } = options
  const { connections, handshakes, streams, streamWindow } = limits
  // Admission says who may have one: this is what it comes to at most.
  const most = connections.value + 2 * (limits.members.value + limits.staticPeers.value)
  return createLibp2p<Services>({
    start: false,
    privateKey: options.key.asPrivateKey(),
    addresses: { listen: [...options.listen], announce: [...options.announce] },
    transports: [tcp({ maxConnections: most + handshakes.value })],
    connectionEncrypters: [() => new TlsEncrypter(options)],
    streamMuxers: [
      yamux({
        maxInboundStreams: streams.value,
        maxOutboundStreams: streams.value,
        streamOptions: {
          maxStreamWindowSize: streamWindow.value,
          maxReadBufferLength: streamWindow.value,
          maxWriteBufferLength: limits.connectionBuffer.value,
        },
      }),
    ],
    connectionGater: options.gater,
    connectionManager: {
      maxConnections: most,
      // Admission decides before TLS; these would turn away the committee with everybody else.
      inboundConnectionThreshold: Infinity,
      maxIncomingPendingConnections: handshakes.value,
      inboundUpgradeTimeout: handshakeTimeout,
      dialTimeout: handshakeTimeout,
      addressDialTimeout: handshakeTimeout,
      inboundStreamProtocolNegotiationTimeout: streamTimeout,
      outboundStreamProtocolNegotiationTimeout: streamTimeout,
      maxParallelDials: limits.dials.value,
      reconnectRetries: 0,
    },
    connectionMonitor: { enabled: false },
    peerDiscovery: serviceTag === undefined ? [] : [mdns({ serviceTag })],
    services: {
      status: (components) => new Announcer(components),
      gossip: options.router,
    },
  })
}
