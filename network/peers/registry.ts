import { type Clock, Fault, type Log } from '#base'

import { limits } from '../limits.ts'
import type { NetworkEvents, Peer } from '../port.ts'
import { hostOf, parseAddress } from './address.ts'
import type { PeerBindings } from './bindings.ts'
import type { PeerBook } from './book.ts'
import type { Links } from './links.ts'
import type { Target } from './redial.ts'

/** Who is who: the committee and static peers, the connected, the banned, and those to dial. */
export class PeerRegistry {
  readonly book: PeerBook
  readonly links: Links
  readonly #own: string
  readonly #static: Map<string, readonly string[]>
  readonly #clock: Clock
  readonly #log: Log
  readonly #events: Required<NetworkEvents>
  #bindings: PeerBindings | undefined
  #unwatch: () => void = () => {}
  /** How many reserved peers are at a host. */
  #reservedHosts: ReadonlyMap<string, number> = new Map()

  constructor(init: {
    own: string
    book: PeerBook
    links: Links
    clock: Clock
    log: Log
    events: Required<NetworkEvents>
    staticPeers: readonly string[]
    bindings: PeerBindings | undefined
  }) {
    this.#own = init.own
    this.book = init.book
    this.links = init.links
    this.#clock = init.clock
    this.#log = init.log
    this.#events = init.events
    this.bindings = init.bindings
    const addresses = init.staticPeers.map((text) => parseAddress(text))
    const byPeer = Map.groupBy(addresses, ({ peer }) => peer)
    this.#static = new Map(
      [...byPeer].map(([peer, list]) => [peer, list.map(({ text }) => text)] as const),
    )
    for (const { text } of addresses) this.book.learn(text, 'static')
  }

  get bindings(): PeerBindings | undefined {
    return this.#bindings
  }

  /**
   * Whoever speaks for another validator than before connects anew: what was granted to it, or
   * refused, was another's.
   */
  set bindings(bindings: PeerBindings | undefined) {
    this.#unwatch()
    this.#bindings = bindings
    const moved = (peers: readonly string[]): void => {
      this.refresh()
      for (const peer of peers) this.drop(peer, 'it speaks for another validator now')
    }
    this.#unwatch = bindings?.watch(({ peers }) => moved(peers)) ?? (() => {})
  }

  /** Keeps a connection to the peer of `address` from now on. Throws `NETWORK_ADDRESS`, `NETWORK_STATIC_FULL`. */
  addStatic(address: string): void {
    const { peer, text } = parseAddress(address)
    const known = this.#static.get(peer) ?? []
    if (known.includes(text)) return
    const maximum = limits.staticPeers.value
    if (this.#static.size >= maximum || known.length >= maximum) {
      throw new Fault({ code: 'NETWORK_STATIC_FULL', maximum }, 'remove a static peer first')
    }
    this.#static.set(peer, [...known, text])
    this.book.learn(text, 'static')
    this.refresh()
  }

  /** Whether it was one. */
  removeStatic(peer: string): boolean {
    const isKnown = this.#static.delete(peer)
    this.refresh()
    return isKnown
  }

  isReserved(peer: string): boolean {
    return this.#isStatic(peer) || this.bindings?.authorOf(peer) !== undefined
  }

  /** How many peers of the committee and static ones are at an IP address. */
  reservedAt(host: string): number {
    return this.#reservedHosts.get(host) ?? 0
  }

  /** How many peers of the committee and static ones there are. */
  get reserved(): number {
    return this.#reserved().length
  }

  /**
   * Holds something against a peer, and bans it if it is enough. A peer of the committee or a static
   * one loses its connection instead: a fault that all nodes share must not part the committee, and
   * what a validator does wrong is a matter of evidence.
   */
  charge(peer: string, points: number, reason: string): void {
    this.#log.warn('peer charged', { peer, points, reason })
    if (this.isReserved(peer)) {
      if (points >= limits.banScore.value) this.drop(peer, reason)
    } else if (this.book.bans.charge(peer, points, reason)) {
      this.#events.banned(peer, reason)
      this.drop(peer, `banned: ${reason}`)
    }
  }

  /** Ends every connection to a peer at once. */
  drop(peer: string, reason: string): void {
    for (const link of this.links.all()) {
      if (link.peer !== peer || !link.isOpen) continue
      this.#log.debug('peer dropped', { peer, reason })
      link.connection.abort(new Fault({ code: 'NETWORK_STALLED', peer }, reason))
    }
  }

  /** The IP address of a connected peer. */
  hostOf(peer: string): string | undefined {
    const [link] = this.links.to(peer)
    return link === undefined ? undefined : hostOf(link.connection.remoteAddr)
  }

  peers(): readonly Peer[] {
    const linked = new Set(this.links.all().map(({ peer }) => peer))
    return [...linked].flatMap((peer) => {
      const described = this.links.to(peer).at(-1)?.describe(this.isReserved(peer))
      return described === undefined ? [] : [described]
    })
  }

  /** Whom to dial: the committee and static peers always, others up to `outbound` connections. */
  targets(outbound: number): readonly Target[] {
    const isMissing = (peer: string): boolean =>
      peer !== this.#own && this.links.to(peer).length === 0 && !this.book.bans.isBanned(peer)
    const reserved = this.#reserved()
      .filter(isMissing)
      .map((peer) => ({
        peer,
        addresses: this.#addresses(peer),
        pause: limits.redialCapReserved.value,
      }))
    const others = this.peers().filter(
      ({ direction, isReserved }) => direction === 'outbound' && !isReserved,
    )
    const wanted = Math.max(0, outbound - others.length)
    const candidates = this.book
      .entries()
      .filter(({ peer }) => !this.isReserved(peer) && isMissing(peer))
      .toSorted((a, b) => b.seen - a.seen)
      .slice(0, wanted === 0 ? 0 : wanted + limits.dials.value)
      .map(({ peer, addresses }) => ({ peer, addresses, pause: limits.redialCap.value }))
    return [...reserved, ...candidates]
  }

  /**
   * Hosts with places kept for them. What a third party says of an address reserves nothing: only
   * what the operator wrote, what worked, and where reserved peers are connected from.
   */
  refresh(): void {
    const all = new Map<string, number>()
    for (const peer of this.#reserved()) {
      const hosts = new Set<string>()
      const entry = this.book.get(peer)
      const proven = entry !== undefined && entry.seen > 0 ? entry.addresses.slice(0, 1) : []
      for (const text of [...proven, ...this.#named(peer)]) {
        hosts.add(parseAddress(text).host)
      }
      const host = this.hostOf(peer)
      if (host !== undefined) hosts.add(host)
      for (const each of hosts) all.set(each, (all.get(each) ?? 0) + 1)
    }
    this.#reservedHosts = all
  }

  /** Writes in the book that a peer was reached. */
  seen(peer: string, address?: string): void {
    this.book.seen(peer, this.#clock.now(), address)
  }

  #reserved(): readonly string[] {
    const named = [...this.#static.keys()].filter((peer) => this.#isStatic(peer))
    return [...new Set([...named, ...(this.bindings?.peers() ?? [])])]
  }

  /** Whom the operator named as a validator's node is meant for as long as it is one. */
  #isStatic(peer: string): boolean {
    return this.#static.has(peer) && this.bindings?.isRetired(peer) !== true
  }

  /** Where the operator says that a peer is: a validator's new node may be where the old one was. */
  #named(peer: string): readonly string[] {
    const old = this.bindings?.predecessorOf(peer)
    const moved = (old === undefined ? undefined : this.#static.get(old)) ?? []
    return [
      ...(this.#static.get(peer) ?? []),
      ...moved.map((text) => text.replace(/\/p2p\/\w+$/, `/p2p/${peer}`)),
    ]
  }

  #addresses(peer: string): readonly string[] {
    const known = this.book.get(peer)?.addresses ?? []
    return [...new Set([...this.#named(peer), ...known])]
  }
}
