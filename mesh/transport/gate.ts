import type { Connection, ConnectionGater, MultiaddrConnection } from '@libp2p/interface'

import { isFault, type Log } from '#base'

import { hostOf } from '../peers/address.ts'
import type { Bans } from '../peers/bans.ts'
import type { Admission, Place } from './admission.ts'

export interface Places {
  /** Held from the dial or the accept to the end of the connection. */
  readonly connection: Place
  /** Held until the peer's status is taken; nothing for a connection that this node dialled. */
  readonly handshake: Place | undefined
}

/**
 * Where libp2p asks whether a connection may go on. What is decided for a socket is found again for
 * its connection by the timeline object, which the two share.
 */
export class Gate {
  readonly gater: ConnectionGater
  readonly #places = new WeakMap<object, Places>()

  constructor(admission: Admission, bans: Bans, log: Log) {
    this.gater = {
      denyDialPeer: (peer) => bans.isBanned(peer.toString()),
      denyInboundConnection: (socket) => {
        const host = hostOf(socket.remoteAddr)
        if (host === undefined) return true
        try {
          const handshake = admission.enter(host)
          this.#hold(socket, { handshake, connection: admission.hold(host) })
          return false
        } catch (error) {
          if (isFault(error, 'MESH_ADMISSION')) log.debug('connection refused', error.facts)
          else log.error('admission failed', { error })
          return true
        }
      },
      denyOutboundConnection: (_peer, socket) => {
        const connection = admission.hold(hostOf(socket.remoteAddr) ?? '')
        this.#hold(socket, { handshake: undefined, connection })
        return false
      },
      denyInboundEncryptedConnection: (peer) => bans.isBanned(peer.toString()),
      denyOutboundEncryptedConnection: (peer) => bans.isBanned(peer.toString()),
    }
  }

  placesOf(connection: Connection): Places | undefined {
    return this.#places.get(connection.timeline)
  }

  #hold(socket: MultiaddrConnection, places: Places): void {
    this.#places.set(socket.timeline, places)
    socket.addEventListener('close', () => {
      places.handshake?.release()
      places.connection.release()
    })
  }
}
