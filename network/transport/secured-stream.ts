import type { TLSSocket } from 'node:tls'

import type { MessageStream } from '@libp2p/interface'
import { AbstractMessageStream } from '@libp2p/utils'

import { limits } from '../limits.ts'

/** The decrypted side of a TLS connection, as libp2p's muxer takes it. */
export class SecuredStream extends AbstractMessageStream {
  readonly #socket: TLSSocket
  readonly #transport: MessageStream

  /** @param received Told of every chunk after it was handed on. */
  constructor(socket: TLSSocket, transport: MessageStream, received: (bytes: number) => void) {
    super({
      log: transport.log.newScope('tls'),
      direction: transport.direction,
      // The muxer queues without looking: pongs, gossip and window updates to a peer that reads
      // nothing would grow without end.
      maxWriteBufferLength: limits.connectionBuffer.value,
    })
    this.#socket = socket
    this.#transport = transport
    socket.on('data', (data: Uint8Array) => {
      this.onData(data)
      received(data.length)
    })
    socket.on('drain', () => this.safeDispatchEvent('drain'))
    socket.on('error', (error) => this.abort(error))
    socket.on('end', () => this.onRemoteCloseWrite())
    socket.on('close', () => this.onTransportClosed())
    this.addEventListener('close', () => socket.destroy())
  }

  sendData(data: { readonly byteLength: number; subarray(): Uint8Array }): {
    sentBytes: number
    canSendMore: boolean
  } {
    return { sentBytes: data.byteLength, canSendMore: this.#socket.write(data.subarray()) }
  }

  sendReset(error: Error): void {
    this.#socket.destroy()
    this.#transport.abort(error)
  }

  sendPause(): void {
    this.#socket.pause()
  }

  sendResume(): void {
    this.#socket.resume()
  }

  async close(): Promise<void> {
    if (this.status !== 'open') return
    this.status = 'closing'
    this.writeStatus = 'closing'
    this.#socket.end()
    await this.#transport.close()
    this.onTransportClosed()
  }
}
