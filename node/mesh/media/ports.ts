import type { Duplex } from 'node:stream'

import type { Clock, Log, Random } from '#base'
import type { NetworkKey } from '#mesh'

/** What media need of the node. */
export interface MediaPorts {
  readonly clock: Clock
  readonly random: Random
  /** Told of neighbours that come and go. */
  readonly log: Log
  /** Where it is given, cells are masked by it. */
  readonly network?: NetworkKey | undefined
  /** Streams to peers of the network of validators, where this node is one of them. */
  readonly streams?: PeerStreams | undefined
}

export interface PeerStreams {
  /** Rejected where the peer can't be reached. */
  open(peer: string, protocol: string): Promise<Duplex>
  /** @returns Ends it. */
  handle(protocol: string, take: (stream: Duplex, peer: string) => void): () => void
}
