import type { Connection } from '@libp2p/interface'

import { Fault, type Timer } from '#base'

import { limits } from '../limits.ts'
import type { Peer } from '../port.ts'
import type { Status } from '../status/status.ts'

/** One TLS connection, from its handshake to its end. */
export class Link {
  readonly connection: Connection
  /** PeerId, `Qm…`. */
  readonly peer: string
  status: Status | undefined
  since = 0
  /** When a status last came or went through. */
  heard: number
  /** When gossip was last seen to flow, or the connection was verified. */
  flowed = 0
  isAsking = false
  /** Ends the connection if no status came. */
  timer: Timer | undefined
  readonly #verified = Promise.withResolvers<Status>()
  #waiting = 0

  constructor(connection: Connection, now: number) {
    this.connection = connection
    this.peer = connection.remotePeer.toString()
    this.heard = now
    this.#verified.promise.catch(() => {})
  }

  get isOpen(): boolean {
    return this.connection.status === 'open'
  }

  /** Resolves once the peer's status was taken; rejects when the connection ends before. */
  async verified(): Promise<Status> {
    if (this.status !== undefined) return this.status
    if (this.#waiting >= limits.waitingStreams.value) {
      throw new Fault({ code: 'NETWORK_STATUS', reason: 'streams before the status' })
    }
    this.#waiting++
    return this.#verified.promise
  }

  verify(status: Status, now: number): void {
    if (this.status === undefined) {
      this.since = now
      this.flowed = now
    }
    this.timer?.cancel()
    this.status = status
    this.heard = now
    this.#verified.resolve(status)
  }

  end(): void {
    this.timer?.cancel()
    this.#verified.reject(new Fault({ code: 'NETWORK_STATUS', reason: 'connection ended' }))
  }

  /** What is told of it, once verified. */
  describe(isReserved: boolean): Peer | undefined {
    if (this.status === undefined) return undefined
    return {
      peer: this.peer,
      address: this.connection.remoteAddr.toString(),
      direction: this.connection.direction,
      isReserved,
      since: this.since,
      status: this.status,
    }
  }
}

/** All open connections. */
export class Links {
  readonly #byConnection = new Map<string, Link>()

  add(link: Link): void {
    this.#byConnection.set(link.connection.id, link)
  }

  of(connection: Connection): Link | undefined {
    return this.#byConnection.get(connection.id)
  }

  /** A connection shares its timeline with the stream below it. */
  ofTimeline(timeline: object): Link | undefined {
    return this.all().find(({ connection }) => connection.timeline === timeline)
  }

  remove(connection: Connection): Link | undefined {
    const link = this.#byConnection.get(connection.id)
    this.#byConnection.delete(connection.id)
    link?.end()
    return link
  }

  all(): readonly Link[] {
    return [...this.#byConnection.values()]
  }

  /** The open, verified connections to a peer. */
  to(peer: string): readonly Link[] {
    return this.all().filter(
      (link) => link.peer === peer && link.status !== undefined && link.isOpen,
    )
  }

  /**
   * Two nodes that dial each other at once have two connections. Both keep the one that the lesser
   * PeerId dialled; of two in one direction the newer, since the older is what made somebody dial.
   * @returns Those to close.
   */
  superfluous(peer: string, own: string): readonly Link[] {
    const links = this.to(peer)
    const kept = own < peer ? 'outbound' : 'inbound'
    const preferred = links.filter(({ connection }) => connection.direction === kept)
    const keep = (preferred.length > 0 ? preferred : links).at(-1)
    return links.filter((link) => link !== keep)
  }
}
