import type { FastifyReply, FastifyRequest } from 'fastify'

import type { Presence } from '../presence.ts'
import type { Answer } from '../request.ts'
import type { Connections, Place } from './connections.ts'
import { piecesOf } from './pieces.ts'

interface ExchangeInit {
  readonly request: FastifyRequest['raw']
  readonly response: FastifyReply['raw']
  readonly presence: Presence
  readonly connections: Connections
}

/** A request that was read, and its answer on the way. */
export class Exchange {
  readonly #response: FastifyReply['raw']
  /** An answer in a queue behind others has none of its own yet. */
  readonly #socket: FastifyRequest['raw']['socket']
  readonly #presence: Presence
  readonly #connections: Connections
  readonly #place: Place | undefined
  #isAnswered = false
  /** Bytes of the answer that the client has not taken. */
  #left = 0

  constructor({ request, response, presence, connections }: ExchangeInit) {
    this.#response = response
    this.#socket = request.socket
    this.#presence = presence
    this.#connections = connections
    this.#place = connections.begin(request.socket)
    response.on('close', () => this.#end())
  }

  /** To who is still there. */
  answer(text: Answer): void {
    this.#isAnswered = true
    const response = this.#response
    if (this.#socket.destroyed) return
    if (text === undefined) {
      response.writeHead(204).end()
      return
    }
    this.#left = Buffer.byteLength(text)
    this.#place?.delivery.grow(this.#left)
    // Who takes too little may have been cut for it.
    if (this.#socket.destroyed) return
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': this.#left,
    })
    this.#write(piecesOf(text), 0)
  }

  /** Who is given a piece has taken those before it. */
  #write(pieces: readonly string[], at: number): void {
    const [response, piece = ''] = [this.#response, pieces[at]]
    if (at === pieces.length - 1) {
      response.end(piece)
      return
    }
    response.write(piece, () => {
      if (this.#socket.destroyed) return
      const size = Buffer.byteLength(piece)
      this.#left -= size
      this.#place?.delivery.take(size)
      this.#write(pieces, at + 1)
    })
  }

  #end(): void {
    if (this.#place !== undefined) {
      this.#place.delivery.take(this.#left)
      this.#connections.end(this.#place)
    }
    if (!this.#isAnswered) this.#presence.leave()
  }
}
