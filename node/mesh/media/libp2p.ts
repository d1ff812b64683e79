import { hdlc } from '#mesh'

import { mediumFault } from './faults.ts'
import type { MediaPorts } from './ports.ts'
import { type Listen, StreamMedium } from './stream-medium.ts'
import type { Named } from './tcp.ts'

const protocol = '/pars/mesh/1.0.0'

/**
 * Streams between nodes that are on the network of validators too.
 *
 * @param peers PeerIds of those to whom this side opens one; all others may.
 */
export function libp2pMedium(
  { name, facts, isPaced, peers }: Named & { readonly peers: readonly string[] },
  ports: MediaPorts,
): StreamMedium {
  const { streams } = ports
  if (streams === undefined) {
    throw mediumFault(name, 'this node has no network of validators', 'use another medium')
  }
  const listen: Listen = async (take) => {
    const end = streams.handle(protocol, (stream, peer) => take(stream, peer, peer))
    return async () => end()
  }
  const dialled = peers.map((peer) => ({
    neighbour: peer,
    open: () => streams.open(peer, protocol),
  }))
  return new StreamMedium(
    { name, kind: 'libp2p', facts, isPaced, framing: hdlc, dialled, listen },
    ports,
  )
}
