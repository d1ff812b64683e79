import type { Connection, Libp2p, StreamHandler } from '@libp2p/interface'

import { type Clock, Fault, isFault, type Log, type Random, type Timer } from '#base'
import type { Store } from '#storage'

import { Deadline } from './deadline.ts'
import { reasonOf } from './faults.ts'
import { gated } from './gossip/gated.ts'
import { createRouter, Gossip } from './gossip/gossip.ts'
import type { NodeKey } from './identity/node-key.ts'
import { limits } from './limits.ts'
import { parseAddress } from './peers/address.ts'
import { BindingKeeper, bindingTopic } from './peers/binding-keeper.ts'
import { encodePeerBinding, type PeerBinding } from './peers/binding.ts'
import type { PeerBindings } from './peers/bindings.ts'
import { PeerBook } from './peers/book.ts'
import { exchangeProtocol, exchangeRequest, PeerExchange } from './peers/exchange.ts'
import { Greeter } from './peers/greeter.ts'
import { type Link, Links } from './peers/links.ts'
import { Redial } from './peers/redial.ts'
import { PeerRegistry } from './peers/registry.ts'
import type {
  Answer,
  NetworkPort,
  NetworkEvents,
  Peer,
  PushProtocol,
  RequestProtocol,
  Topic,
  TrafficFacts,
} from './port.ts'
import { StatusExchange, statusProtocol } from './status/exchange.ts'
import type { Status } from './status/status.ts'
import { Guard } from './streams/guard.ts'
import { PushStreams } from './streams/push.ts'
import { Requests } from './streams/requests.ts'
import { UnreadWatch } from './streams/unread.ts'
import { Admission, networkOf } from './transport/admission.ts'
import { Gate } from './transport/gate.ts'
import { createNode, type Services } from './transport/libp2p.ts'
import { timings, type Timings, Upkeep } from './upkeep.ts'

export interface NetworkOptions {
  readonly key: NodeKey
  /** Of the peer book and bindings alone. */
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** What is told to peers; asked anew each time. */
  status(): Omit<Status, 'protocols'>
  /** Multiaddrs to listen at, `/ip4/0.0.0.0/tcp/7227`; none for a node that only dials. */
  readonly listen: readonly string[]
  /** Multiaddrs to tell others instead of those it listens at. */
  readonly announce?: readonly string[]
  /** Addresses with `/p2p/` that stay connected. */
  readonly staticPeers?: readonly string[]
  readonly bindings?: PeerBindings
  /** Whether to look for peers on the local network. */
  readonly mdns?: boolean
  /** Peers beside static ones and the committee that it dials by itself. Default 8. */
  readonly outbound?: number
  readonly pushes?: readonly PushProtocol[]
  readonly requests?: readonly RequestProtocol[]
  readonly topics?: readonly Topic[]
  readonly events?: NetworkEvents
  readonly timings?: Partial<Timings>
}

const exchangeEvery = 600_000
const flushEvery = 30_000
/** Libp2p still reads its own record of a peer for a moment after the last connection. */
const forgetAfter = 5_000

/** The same events, without the exceptions of who hears them: those would end the process. */
function shielded(events: NetworkEvents, log: Log): Required<NetworkEvents> {
  const attempt = (name: string, task: () => void): void => {
    try {
      task()
    } catch (error) {
      log.error('listener failed', { event: name, reason: reasonOf(error) })
    }
  }
  return {
    connected: (peer) => attempt('connected', () => events.connected?.(peer)),
    disconnected: (peer) => attempt('disconnected', () => events.disconnected?.(peer)),
    banned: (peer, reason) => attempt('banned', () => events.banned?.(peer, reason)),
  }
}

/** Nodes of other networks ask under another name. */
function serviceTag(networkId: Uint8Array): string {
  return `_pars-${networkId.subarray(0, 4).toHex()}._udp.local`
}

/** Bindings are gossiped where there is a committee to have them. */
function topicsOf(
  { topics = [] }: NetworkOptions,
  keeper: BindingKeeper | undefined,
): readonly Topic[] {
  return keeper === undefined ? topics : [...topics, keeper.topic]
}

/** A node's place in the network: who it is, whom it knows, and what goes between them. */
export class Network implements NetworkPort {
  readonly peer: string
  readonly #options: NetworkOptions
  readonly #timings: Timings
  readonly #registry: PeerRegistry
  readonly #node: Libp2p<Services>
  readonly #gate: Gate
  readonly #guard: Guard
  readonly #greeter: Greeter
  readonly #pushes: PushStreams
  readonly #requests: Requests
  readonly #requestProtocols: readonly RequestProtocol[]
  readonly #gossip: Gossip
  readonly #exchange: PeerExchange
  readonly #keeper: BindingKeeper | undefined
  readonly #topics: readonly Topic[]
  readonly #upkeep: Upkeep
  readonly #forgetting = new Map<string, Timer>()
  #flushed = 0
  #exchanged = 0
  #isRunning = false

  private constructor(
    options: NetworkOptions,
    registry: PeerRegistry,
    guard: Guard,
    gate: Gate,
    node: Libp2p<Services>,
    events: Required<NetworkEvents>,
    keeper: BindingKeeper | undefined,
  ) {
    const { clock, log, random } = options
    const topics = topicsOf(options, keeper)
    this.peer = node.peerId.toString()
    this.#options = options
    this.#timings = { ...timings, ...options.timings }
    this.#registry = registry
    this.#guard = guard
    this.#gate = gate
    this.#node = node
    this.#keeper = keeper
    this.#topics = topics
    const charge = registry.charge.bind(registry)
    const drop = registry.drop.bind(registry)
    this.#gossip = new Gossip({ router: node.services.gossip, topics, log, charge, drop })
    this.#exchange = new PeerExchange({
      self: this.peer,
      book: registry.book,
      own: () => this.addresses(),
      bindings: () => registry.bindings,
      take: (binding) => this.#spread(binding),
      hostOf: (peer) => registry.hostOf(peer),
    })
    this.#requestProtocols = [...(options.requests ?? []), this.#exchange]
    this.#requests = new Requests(guard, this.#requestProtocols, this.#timings.requestTimeout)
    this.#pushes = new PushStreams(guard, options.pushes ?? [])
    this.#greeter = this.#createGreeter(events)
    this.#upkeep = new Upkeep({
      clock,
      log,
      timings: this.#timings,
      registry,
      greeter: this.#greeter,
      gossip: this.#gossip,
      pushes: this.#pushes,
      redial: new Redial({ clock, random, dial: (address) => this.dial(address) }),
      outbound: options.outbound ?? 8,
      round: (now) => this.#round(now),
    })
  }

  /** Reads the store and prepares; nothing listens yet. Throws `NETWORK_ADDRESS`, `STORE_CLOSED`. */
  static async open(options: NetworkOptions): Promise<Network> {
    const { key, clock, log, staticPeers = [], bindings } = options
    const events = shielded(options.events ?? {}, log)
    const book = await PeerBook.open(options.store, clock)
    const keeper = bindings && (await BindingKeeper.open(options.store, bindings, log))
    const links = new Links()
    const own = key.peerId.toString()
    const init = { own, book, links, clock, log, events, staticPeers, bindings }
    const registry = new PeerRegistry(init)
    const isReserved = (peer: string): boolean => registry.isReserved(peer)
    const guard = new Guard({
      clock,
      log,
      links,
      isReserved,
      charge: registry.charge.bind(registry),
    })
    const admission = new Admission(clock, registry)
    const gate = new Gate(admission, book.bans, log)
    const watch = new UnreadWatch(links)
    const patience = { ...timings, ...options.timings }
    const node = await createNode({
      key,
      clock,
      handshakeTimeout: patience.handshakeTimeout,
      streamTimeout: patience.requestTimeout,
      listen: options.listen,
      announce: options.announce ?? [],
      mdns: options.mdns === true ? serviceTag(options.status().networkId) : undefined,
      gater: gate.gater,
      received: watch.received.bind(watch),
      router: gated(createRouter(topicsOf(options, keeper)), guard),
    })
    return new Network(options, registry, guard, gate, node, events, keeper)
  }

  /** Listens and begins to dial. Throws `NETWORK_LISTEN`. */
  async start(): Promise<void> {
    const node = this.#node
    node.addEventListener('connection:open', ({ detail }) => this.#greeter.opened(detail))
    node.addEventListener('connection:close', ({ detail }) => this.#greeter.closed(detail))
    node.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) => {
      for (const address of multiaddrs) this.#discovered(address.toString(), id.toString())
    })
    await this.#handleStreams()
    try {
      await node.start()
    } catch (error) {
      await node.stop()
      const addresses = this.#options.listen.join(' ')
      throw new Fault(
        { code: 'NETWORK_LISTEN', addresses, reason: reasonOf(error) },
        'free the port',
      )
    }
    this.#gossip.subscribe(this.#topics)
    this.#isRunning = true
    this.#registry.refresh()
    this.#upkeep.start()
  }

  /** Ends every connection and writes the book. */
  async stop(): Promise<void> {
    this.#isRunning = false
    this.#upkeep.stop()
    for (const timer of this.#forgetting.values()) timer.cancel()
    await this.#node.stop()
    await this.#registry.book.flush()
  }

  addresses(): readonly string[] {
    return this.#node.getMultiaddrs().map((address) => address.toString())
  }

  peers(): readonly Peer[] {
    return this.#registry.peers()
  }

  async dial(text: string): Promise<string> {
    const { multiaddr, peer } = parseAddress(text)
    if (!this.#isRunning) throw new Fault({ code: 'NETWORK_STOPPED' }, 'start it first')
    using deadline = new Deadline(
      this.#options.clock,
      this.#timings.handshakeTimeout + this.#timings.statusTimeout,
    )
    try {
      const connection = await this.#node.dial(multiaddr, { signal: deadline.signal })
      await this.#guard.linkOf(connection)
      this.#registry.seen(peer, text)
      return peer
    } catch (error) {
      const facts = { code: 'NETWORK_DIAL', address: text, reason: reasonOf(error) } as const
      throw new Fault(facts, 'see whether that node runs, and runs this network', { cause: error })
    }
  }

  /** As those it was told of at its start, until it stops. Throws `NETWORK_ADDRESS`, `NETWORK_STATIC_FULL`. */
  addStatic(address: string): void {
    this.#registry.addStatic(address)
  }

  /** Ends the connections to a peer that no committee needs. @returns Whether it was static. */
  async removeStatic(peer: string): Promise<boolean> {
    const wasStatic = this.#registry.removeStatic(peer)
    if (!this.#registry.isReserved(peer)) await this.disconnect(peer)
    return wasStatic
  }

  traffic(): TrafficFacts {
    const { bans } = this.#registry.book
    return {
      bytes: this.#guard.bytes,
      handshakes: { ...this.#gate.handshakes },
      banned: bans.records().filter(({ peer }) => bans.isBanned(peer)).length,
    }
  }

  async disconnect(peer: string): Promise<void> {
    const links = this.#registry.links.all().filter((link) => link.peer === peer)
    await Promise.all(links.map(({ connection }) => connection.close()))
  }

  blame(peer: string, reason: string): void {
    this.#registry.charge(peer, limits.ban.value, reason)
  }

  /** The /24 or /48 that a connected peer is in. */
  originOf(peer: string): string | undefined {
    const host = this.#registry.hostOf(peer)
    return host === undefined ? undefined : networkOf(host)
  }

  push(peer: string, protocol: string, frame: Uint8Array): boolean {
    return this.#pushes.push(peer, protocol, frame)
  }

  request(peer: string, protocol: string, request: Uint8Array): Promise<Answer> {
    return this.#requests.ask(peer, protocol, request)
  }

  publish(topic: string, message: Uint8Array): Promise<number> {
    return this.#gossip.publish(topic, message)
  }

  /** The committee of another epoch, with the nodes that speak for it. */
  setBindings(bindings: PeerBindings): void {
    this.#keeper?.replace(bindings)
    this.#registry.bindings = bindings
    this.#registry.refresh()
  }

  /** Takes in that this node speaks for a validator; its peers learn it. Throws `NETWORK_BINDING`. */
  async bind(binding: PeerBinding): Promise<void> {
    await this.#spread(binding)
    this.#registry.bindings?.avow(this.peer, binding.author)
  }

  /** Those who connect later ask for it. */
  async #spread(binding: PeerBinding): Promise<void> {
    if ((await this.#keeper?.take(binding)) !== true || !this.#isRunning) return
    await this.publish(bindingTopic, encodePeerBinding(binding))
  }

  #createGreeter(events: Required<NetworkEvents>): Greeter {
    const { clock, log } = this.#options
    const registry = this.#registry
    const { statusTimeout } = this.#timings
    const own = (): Status => ({
      ...this.#options.status(),
      protocols: this.#node.getProtocols().slice(0, limits.statusProtocols.value),
    })
    return new Greeter({
      clock,
      log,
      links: registry.links,
      own: this.peer,
      exchange: new StatusExchange({ clock, own, timeout: statusTimeout }),
      statusTimeout,
      events: {
        ...events,
        connected: (peer) => {
          registry.seen(peer.peer)
          void this.#exchangeWith(peer)
          events.connected(peer)
        },
      },
      isReserved: (peer) => registry.isReserved(peer),
      isBanned: (peer) => registry.book.bans.isBanned(peer),
      settled: (connection, isReserved) => this.#gate.settled(connection, isReserved),
      charge: (peer, points, reason) => registry.charge(peer, points, reason),
      announce: (link, status) => this.#announce(link, status),
      forget: (connection) => this.#forget(connection),
    })
  }

  async #handleStreams(): Promise<void> {
    const node = this.#node
    const handle = (protocol: string, most: number, handler: StreamHandler): Promise<void> =>
      node.handle(protocol, handler, { maxInboundStreams: most, maxOutboundStreams: most })
    await handle(statusProtocol, limits.longStreams.value, (stream, link) =>
      this.#greeter.answer(stream, link),
    )
    for (const one of this.#options.pushes ?? []) {
      await handle(one.id, limits.longStreams.value, (stream, link) =>
        this.#pushes.accept(one, stream, link),
      )
    }
    for (const one of this.#requestProtocols) {
      const most = limits.requests.value
      await handle(one.id, most, (stream, link) => this.#requests.accept(one, stream, link))
    }
  }

  #announce(link: Link, status: Status): void {
    const own = new Set(this.#node.getProtocols())
    const shared = status.protocols.filter((protocol) => own.has(protocol))
    this.#node.services.status.announce(link.connection, shared).catch((error: unknown) => {
      this.#options.log.error('peer not announced', { peer: link.peer, reason: reasonOf(error) })
    })
  }

  async #exchangeWith({ peer, status }: Peer): Promise<void> {
    if (!status.protocols.includes(exchangeProtocol)) return
    try {
      const answer = await this.#requests.ask(peer, exchangeProtocol, exchangeRequest)
      await this.#exchange.learn(peer, answer)
    } catch (error) {
      const reason = reasonOf(error)
      this.#options.log.debug('no peers learnt', { peer, reason })
      if (isFault(error, 'NETWORK_MALFORMED')) {
        this.#registry.charge(peer, limits.ban.value, reason)
      }
    }
  }

  #discovered(text: string, peer: string): void {
    const address = text.includes('/p2p/') ? text : `${text}/p2p/${peer}`
    try {
      this.#registry.book.learn(address, 'mdns')
    } catch (error) {
      if (!isFault(error)) throw error
      this.#options.log.debug('address not understood', { address: address.slice(0, 120) })
    }
  }

  /** Libp2p keeps a record of every peer that ever came; fresh identities are free. */
  #forget({ remotePeer }: Connection): void {
    const peer = remotePeer.toString()
    if (!this.#isRunning) return
    this.#forgetting.get(peer)?.cancel()
    const forget = (): void => {
      this.#forgetting.delete(peer)
      if (this.#registry.links.all().some((link) => link.peer === peer)) return
      this.#node.peerStore.delete(remotePeer).catch(() => {})
    }
    this.#forgetting.set(peer, this.#options.clock.after(forgetAfter, forget))
  }

  #round(now: number): void {
    const { log } = this.#options
    if (now - this.#flushed >= flushEvery) {
      this.#flushed = now
      this.#registry.book.flush().catch((error: unknown) => {
        log.error('peer book not written', { reason: reasonOf(error) })
      })
    }
    if (this.#exchanged === 0) this.#exchanged = now
    if (now - this.#exchanged < exchangeEvery) return
    this.#exchanged = now
    for (const peer of this.peers()) void this.#exchangeWith(peer)
  }
}
