import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub'
import type { StreamHandler, StreamHandlerOptions } from '@libp2p/interface'

import type { Guard } from '../streams/guard.ts'

type Registrar = GossipSubComponents['registrar']

/**
 * Gossipsub as every other protocol here: its streams wait for the status of their peer, and their
 * bytes count against its budget. (libp2p's middleware would do, but 3.3.11 appends the handler to
 * the shared list at every stream.)
 */
export function gated(
  create: (components: GossipSubComponents) => GossipSub,
  guard: Guard,
): (components: GossipSubComponents) => GossipSub {
  return (components) => {
    const { privateKey, peerId, peerStore, connectionManager, logger } = components
    const registrar = gate(components.registrar, guard)
    return create({ privateKey, peerId, peerStore, connectionManager, logger, registrar })
  }
}

function gate(registrar: Registrar, guard: Guard): Registrar {
  const handle = (
    protocol: string,
    handler: StreamHandler,
    options?: StreamHandlerOptions,
  ): Promise<void> => registrar.handle(protocol, admitted(protocol, handler, guard), options)
  return Object.assign(Object.create(registrar) as Registrar, { handle })
}

function admitted(protocol: string, handler: StreamHandler, guard: Guard): StreamHandler {
  return async (stream, connection) => {
    const { peer } = await guard.linkOf(connection)
    await handler(stream, connection)
    // A first listener makes libp2p hand over what waited: gossipsub's own has to be there by then.
    guard.clock.after(0, () =>
      stream.addEventListener('message', ({ data }) => {
        try {
          guard.arrived(peer, 'transactions', data.byteLength)
        } catch (error) {
          guard.fail(stream, peer, protocol, error)
        }
      }),
    )
  }
}
