import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'

import { endpointOf } from './endpoints.ts'
import { busy, mediumFault, nobody } from './faults.ts'
import { limits } from './limits.ts'

export interface DatagramOptions {
  /** Of the medium. */
  readonly medium: string
  /** To bind to; port 0 takes a free one. */
  readonly address: string
  readonly port: number
  /** Whether other sockets of this machine may have the same port. */
  readonly isShared?: boolean
  readonly receive: (bytes: Uint8Array, from: RemoteInfo) => void
  /** Told what the socket says when it breaks. */
  readonly broken: (error: Error) => void
}

/** A UDP socket that is bound. */
export class DatagramSocket {
  readonly socket: Socket
  readonly #medium: string

  private constructor(medium: string, socket: Socket) {
    this.#medium = medium
    this.socket = socket
  }

  /** Throws `MESH_MEDIUM`. */
  static async open(options: DatagramOptions): Promise<DatagramSocket> {
    const { medium, address, port, isShared = false, receive, broken } = options
    const type = isIPv6(address) ? 'udp6' : 'udp4'
    const socket = createSocket({ type, reuseAddr: isShared, ipv6Only: type === 'udp6' })
    const listening = once(socket, 'listening')
    socket.bind({ address, port, exclusive: !isShared })
    try {
      await listening
    } catch (error) {
      socket.close()
      throw mediumFault(medium, (error as Error).message, 'listen at another address or port')
    }
    socket.on('message', receive)
    socket.on('error', broken)
    return new DatagramSocket(medium, socket)
  }

  get port(): number {
    return this.socket.address().port
  }

  /**
   * Resolved when the system has taken it. Throws `MESH_BUSY` and `MESH_MEDIUM`.
   *
   * @param to An address and a port.
   */
  async send(bytes: Uint8Array, to: string): Promise<void> {
    const endpoint = endpointOf(to)
    if (endpoint === undefined) throw nobody(this.#medium, to)
    if (this.socket.getSendQueueSize() + bytes.length > limits.queuedBytes.value) {
      throw busy(this.#medium)
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.socket.send(bytes, endpoint.port, endpoint.host, (error) => {
      if (error === null) resolve()
      else reject(mediumFault(this.#medium, error.message, 'see to its network'))
    })
    return promise
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close')
    this.socket.close()
    await closed
  }
}
