import type { Connection, ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'

import { isFault, type Log } from '#base'

import { hostOf } from '../peers/address.ts'
import type { Bans } from '../peers/bans.ts'
import type { HandshakeCounts } from '../port.ts'
import type { Admission, Held, Place } from './admission.ts'

export interface Places {
  /** Held from the dial or the accept to the end of the connection. */
  readonly connection: Held
  /** Held until the peer's status is taken; nothing for a connection that this node dialled. */
  readonly handshake: Place | undefined
}

/**
 * Where libp2p asks whether a connection may go on. What is decided for a socket is found again for
 * its connection by the timeline object, which the two share.
 */
export class Gate {
  readonly gater: ConnectionGater
  /** Since the start. What began and did not complete failed, or is under way. */
  readonly handshakes: HandshakeCounts
  readonly #places = new WeakMap<object, Places>()

  constructor(admission: Admission, bans: Bans, log: Log) {
    const counts = { refused: 0, begun: 0, completed: 0 }
    this.handshakes = counts
    const isUnwanted = (peer: PeerId): boolean => {
      counts.completed++
      return bans.isBanned(peer.toString())
    }
    this.gater = {
      denyDialPeer: (peer) => bans.isBanned(peer.toString()),
      denyInboundConnection: (socket) => {
        const host = hostOf(socket.remoteAddr)
        if (host === undefined) return true
        try {
          const handshake = admission.enter(host)
          this.#hold(socket, { handshake, connection: admission.hold(host) })
          counts.begun++
          return false
        } catch (error) {
          counts.refused++
          if (isFault(error, 'NETWORK_ADMISSION')) log.debug('connection refused', error.facts)
          else log.error('admission failed', { error })
          return true
        }
      },
      denyOutboundConnection: (_peer, socket) => {
        const connection = admission.hold(hostOf(socket.remoteAddr) ?? '')
        this.#hold(socket, { handshake: undefined, connection })
        counts.begun++
        return false
      },
      denyInboundEncryptedConnection: isUnwanted,
      denyOutboundEncryptedConnection: isUnwanted,
    }
  }

  /** It is known who is there; whether the connection may stay. */
  settled({ timeline }: Connection, isReserved: boolean): boolean {
    const places = this.#places.get(timeline)
    if (places === undefined) return true
    places.handshake?.release()
    if (isReserved) places.connection.promote()
    // What this node dialled by itself has its own bound.
    else if (places.handshake !== undefined) return places.connection.settle()
    return true
  }

  #hold(socket: MultiaddrConnection, places: Places): void {
    this.#places.set(socket.timeline, places)
    socket.addEventListener('close', () => {
      places.handshake?.release()
      places.connection.release()
    })
  }
}
