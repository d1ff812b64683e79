import type { Connection, Stream } from '@libp2p/interface'

import { type Clock, isFault, type Log } from '#base'

import { reasonOf } from '../faults.ts'
import { limits } from '../limits.ts'
import type { NetworkEvents } from '../port.ts'
import type { StatusExchange } from '../status/exchange.ts'
import type { Status } from '../status/status.ts'
import { asError } from '../streams/guard.ts'
import { Link, type Links } from './links.ts'

export interface GreeterInit {
  readonly clock: Clock
  readonly log: Log
  readonly links: Links
  readonly own: string
  readonly exchange: StatusExchange
  readonly statusTimeout: number
  readonly events: Required<NetworkEvents>
  readonly isReserved: (peer: string) => boolean
  readonly isBanned: (peer: string) => boolean
  /** The handshake of this connection is over; whether there is a place for it. */
  readonly settled: (connection: Connection, isReserved: boolean) => boolean
  readonly charge: (peer: string, points: number, reason: string) => void
  /** Tells libp2p's topologies of a peer. */
  readonly announce: (link: Link, status: Status) => void
  /** A peer without connection is to be forgotten. */
  readonly forget: (connection: Connection) => void
}

/** Takes connections in: status first, one connection for each peer, and news of who is there. */
export class Greeter {
  readonly #init: GreeterInit

  constructor(init: GreeterInit) {
    this.#init = init
  }

  opened(connection: Connection): void {
    const { clock, links, statusTimeout } = this.#init
    if (connection.status !== 'open') return
    const link = new Link(connection, clock.now())
    links.add(link)
    link.timer = clock.after(statusTimeout, () => {
      this.drop(link, new Error('no status in time'))
    })
    if (connection.direction === 'outbound') void this.ask(link)
  }

  closed(connection: Connection): void {
    const { links, events, announce, forget } = this.#init
    const link = links.remove(connection)
    if (link === undefined) return
    const [left] = links.to(link.peer)
    if (left?.status !== undefined) announce(left, left.status)
    else if (link.status !== undefined) events.disconnected(link.peer)
    if (left === undefined) forget(connection)
  }

  /** Asks for the status of a peer that this node dialled; the connection ends without an answer. */
  async ask(link: Link): Promise<void> {
    if (link.isAsking) return
    link.isAsking = true
    try {
      this.#heard(link, await this.#init.exchange.ask(link.connection))
    } catch (error) {
      this.#refuse(link, error)
    } finally {
      link.isAsking = false
    }
  }

  /** Takes an inbound stream of the status protocol. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    const link = this.#init.links.of(connection)
    if (link === undefined || connection.direction !== 'inbound') {
      stream.abort(new Error('no status expected'))
      return
    }
    try {
      await this.#init.exchange.answer(stream, link, (status) => this.#heard(link, status))
    } catch (error) {
      this.#refuse(link, error)
    }
  }

  drop(link: Link, error: Error): void {
    if (link.isOpen) link.connection.abort(error)
  }

  #heard(link: Link, status: Status): void {
    const { clock, links, own, events, settled, announce, isBanned, isReserved } = this.#init
    if (isBanned(link.peer)) {
      this.drop(link, new Error('banned'))
      return
    }
    const isNew = link.status === undefined
    if (isNew && !settled(link.connection, isReserved(link.peer))) {
      this.drop(link, new Error('no place for another stranger'))
      return
    }
    const isFirst = isNew && links.to(link.peer).length === 0
    link.verify(status, clock.now())
    if (!isNew) return
    announce(link, status)
    const peer = link.describe(isReserved(link.peer))
    if (isFirst && peer !== undefined) events.connected(peer)
    for (const extra of links.superfluous(link.peer, own)) {
      extra.connection.close().catch((error: unknown) => this.drop(extra, asError(error)))
    }
  }

  #refuse(link: Link, error: unknown): void {
    const { log, charge } = this.#init
    const reason = reasonOf(error)
    log.debug('status refused', { peer: link.peer, reason })
    if (isFault(error, 'NETWORK_MALFORMED', 'NETWORK_FRAME')) {
      charge(link.peer, limits.ban.value, `status: ${reason}`)
    }
    // Another network, or a peer that went away: neither is a fault.
    if (!link.isOpen) return
    if (isFault(error, 'NETWORK_STATUS')) {
      link.connection.close().catch((failure: unknown) => this.drop(link, asError(failure)))
    } else {
      this.drop(link, asError(error))
    }
  }
}
