/** The connections of HTTP: so many, and none that holds its place by being slow. */
import type { FastifyInstance } from 'fastify'

import type { Clock } from '#base'

import { local, sourceOf } from '../source.ts'
import { Delivery } from './delivery.ts'
import type { Outflow } from './outbox.ts'

/** What is used of a socket; TLS shows another one with the same ports. */
interface Socket {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

export interface Place {
  readonly key: string
  readonly socket: Socket
  readonly client: string
  readonly delivery: Delivery
  /** Since when it waits for a request, or sends one. */
  since: number
  /** Its requests that are being answered. */
  answering: number
  /** Whether it has sent the head of a request; until then it may become a WebSocket. */
  isHttp: boolean
}

interface ConnectionsInit {
  readonly clock: Clock
  readonly outflow: Outflow
  /** Milliseconds without taking anything of an answer, after which a connection is cut. */
  readonly stallTime: number
  /** The same, after which it gives way to a newcomer. */
  readonly yieldTime: number
  readonly most: number
  /** How many more there may be that have not said yet whether they want a WebSocket. */
  readonly spare: () => number
  /** Programs of this machine excepted. */
  readonly mostPerClient: number
}

export class Connections {
  readonly #init: ConnectionsInit
  readonly #places = new Map<string, Place>()
  /** As requests show them. */
  readonly #sockets = new WeakMap<Socket, Place>()
  readonly #byClient = new Map<string, number>()
  /** Places that have sent a request. */
  #http = 0

  constructor(init: ConnectionsInit) {
    this.#init = init
  }

  /** Those that carry HTTP: a WebSocket has left. */
  get size(): number {
    return this.#places.size
  }

  watch(app: FastifyInstance): void {
    app.server.on('connection', (socket: Socket) => this.#enter(socket))
    app.server.on('upgrade', ({ socket }: { socket: Socket }) => this.#leave(keyOf(socket)))
    app.addHook('onRequest', ({ raw: { socket } }, _, done) => {
      this.asks(socket)
      done()
    })
    app.addHook('onResponse', ({ raw: { socket } }, _, done) => {
      const place = this.placeOf(socket)
      if (place !== undefined) place.since = this.#init.clock.now()
      done()
    })
  }

  /** Where `socket` is; undefined when it has lost its place. */
  placeOf(socket: Socket): Place | undefined {
    const known = this.#sockets.get(socket)
    if (known !== undefined) return this.#places.get(known.key) === known ? known : undefined
    const place = this.#places.get(keyOf(socket))
    if (place !== undefined) this.#sockets.set(socket, place)
    return place
  }

  /** The head of a request has come. */
  asks(socket: Socket): void {
    const place = this.placeOf(socket)
    if (place === undefined || place.isHttp) return
    if (this.#http >= this.#init.most && !this.#makeRoom(({ isHttp }) => isHttp)) {
      place.socket.destroy()
      return
    }
    place.isHttp = true
    this.#http++
  }

  /** A request was read. Undefined where its connection has lost its place. */
  begin(socket: Socket): Place | undefined {
    const place = this.placeOf(socket)
    if (place !== undefined) place.answering++
    return place
  }

  /** It is answered, or its connection is gone. */
  end(place: Place): void {
    place.answering--
    place.since = this.#init.clock.now()
  }

  #enter(socket: Socket): void {
    const { clock, most, mostPerClient, spare } = this.#init
    const client = sourceOf(socket.remoteAddress ?? '')
    const own = this.#byClient.get(client) ?? 0
    if (
      (client !== local && own >= mostPerClient) ||
      (this.size >= most + spare() && !this.#makeRoom())
    ) {
      socket.destroy()
      return
    }
    const key = keyOf(socket)
    const delivery = this.#deliver(socket)
    const since = clock.now()
    this.#places.set(key, { key, socket, client, delivery, since, answering: 0, isHttp: false })
    this.#byClient.set(client, own + 1)
    socket.once('close', () => this.#leave(key))
  }

  #deliver(socket: Socket): Delivery {
    const { clock, outflow, stallTime } = this.#init
    return new Delivery({
      clock,
      outflow,
      stallTime,
      cut: () => {
        this.#leave(keyOf(socket))
        socket.destroy()
      },
    })
  }

  /**
   * Cuts who has kept its place for longest without asking for anything, or else without taking what
   * it asked for.
   */
  #makeRoom(among: (place: Place) => boolean = () => true): boolean {
    let slowest: Place | undefined
    let deafest: Place | undefined
    for (const place of this.#places.values()) {
      if (!among(place)) continue
      const isIdle = place.answering === 0
      if (isIdle && place.since < (slowest?.since ?? Infinity)) slowest = place
      const { stalled } = place.delivery
      if (stalled > (deafest?.delivery.stalled ?? this.#init.yieldTime)) deafest = place
    }
    const loser = slowest ?? deafest
    loser?.delivery.cut()
    return loser !== undefined
  }

  #leave(key: string): void {
    const place = this.#places.get(key)
    if (place === undefined) return
    this.#places.delete(key)
    place.delivery.close()
    if (place.isHttp) this.#http--
    const left = (this.#byClient.get(place.client) ?? 1) - 1
    if (left === 0) this.#byClient.delete(place.client)
    else this.#byClient.set(place.client, left)
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
