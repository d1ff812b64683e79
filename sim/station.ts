import { Fault, isFault } from '#base'
import type { Answer, PushHandler, RequestHandler, TopicHandler } from '#consensus'

import { peerOf, type World } from './world.ts'

/** What a node listens to, as network takes it. */
export interface Handlers {
  readonly pushes: readonly PushHandler[]
  readonly requests: readonly RequestHandler[]
  readonly topics: readonly TopicHandler[]
  connected(peer: string): void
  disconnected(peer: string): void
}

/** One direction of a connection. */
interface Link {
  /** When the last frame arrives. */
  arrival: number
  /** Bytes on their way. */
  queued: number
}

/** Bytes that a link carries in a millisecond: 100 Mbit/s. */
const bandwidth = 12_500
/** How often the patience of consensus fits into that of the transport, which is for a whole answer. */
const transportPatience = 10

/**
 * One end of the connections between whole nodes: streams that keep their order and end with the
 * connection, queues that are full at times, answers that are cut.
 */
export class Station {
  readonly index: number
  readonly peer: string
  readonly world: World
  /** Undefined while the node is down. */
  protected handlers: Handlers | undefined
  readonly #stations: readonly Station[]
  readonly #links = new Map<Station, Link>()
  /** By whom is asked: what ends a request that is under way. */
  readonly #asked = new Map<Station, Set<() => void>>()
  /** By sender: frames are handled one after the other. */
  #inbox = new Map<string, Promise<void>>()

  constructor(world: World, index: number, stations: readonly Station[]) {
    this.world = world
    this.index = index
    this.peer = peerOf(index)
    this.#stations = stations
  }

  get isUp(): boolean {
    return this.handlers !== undefined
  }

  /** Opens and closes connections as the network has it. */
  meet(): void {
    const { network } = this.world
    for (const other of this.#stations) {
      if (other.index <= this.index) continue
      const isUp = this.isUp && other.isUp
      const reaches =
        network.connects(this.index, other.index) && network.connects(other.index, this.index)
      if (isUp && reaches && !this.#links.has(other)) this.#join(other)
      else if (!(isUp && reaches) && this.#links.has(other)) this.#part(other)
    }
  }

  push(peer: string, protocol: string, frame: Uint8Array): boolean {
    const to = this.#byPeer(peer)
    const { queueBytes } = this.world.scenario
    const link = to === undefined ? undefined : this.#links.get(to)
    if (to === undefined || link === undefined) return false
    if (link.queued > 0 && link.queued + frame.length > queueBytes) return false
    this.leaves(protocol, frame)
    link.queued += frame.length
    this.#carry(to, frame.length, () => {
      link.queued -= frame.length
      to.#receive(protocol, frame, this)
      this.handlers?.pushes.find(({ id }) => id === protocol)?.drained(peer)
    })
    return true
  }

  request(peer: string, protocol: string, bytes: Uint8Array): Promise<Answer> {
    const to = this.#byPeer(peer)
    const { timeline, parameters } = this.world
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const fail = (): void =>
      reject(new Fault({ code: 'NETWORK_REQUEST', protocol, reason: 'no answer' }))
    if (to === undefined) {
      fail()
      return promise
    }
    const asked = this.#asked.get(to) ?? new Set()
    this.#asked.set(to, asked.add(fail))
    timeline.after(transportPatience * parameters.requestTimeout, fail)
    this.#carry(to, bytes.length, () => {
      void to.#reply(this, protocol, bytes).then(
        (answer) => (answer === undefined ? fail() : resolve(answer)),
        fail,
      )
    })
    return promise.finally(() => asked.delete(fail))
  }

  /** To everybody who is connected. */
  async publish(topic: string, message: Uint8Array): Promise<number> {
    for (const to of this.#links.keys()) {
      this.#carry(to, message.length, () => {
        const handler = to.handlers?.topics.find(({ name }) => name === topic)
        const verdict = handler?.validate(message, { peer: this.peer })
        to.world.follow(verdict?.then((word) => to.judges(this, word)))
      })
    }
    return this.#links.size
  }

  /** Connections end with the process. */
  protected leave(): void {
    this.handlers = undefined
    this.#inbox = new Map()
    for (const other of this.#links.keys()) this.#part(other)
  }

  /** A frame is on its way. */
  protected leaves(_protocol: string, _frame: Uint8Array): void {}

  /** What it thinks of a message that `from` gossips. */
  protected judges(_from: Station, _word: 'accept' | 'ignore' | 'reject'): void {}

  protected async take(protocol: string, frame: Uint8Array, from: Station): Promise<void> {
    const handler = this.handlers?.pushes.find(({ id }) => id === protocol)
    await handler?.receive(frame, { peer: from.peer })
  }

  protected async *answer(
    protocol: string,
    bytes: Uint8Array,
    from: Station,
  ): AsyncGenerator<Uint8Array> {
    const handler = this.handlers?.requests.find(({ id }) => id === protocol)
    if (handler === undefined || handler.admits?.(from.peer) === false) return
    yield* handler.answer(bytes, { peer: from.peer })
  }

  /** Whoever sends what throws loses its stream; that honest ones never do is watched elsewhere. */
  #receive(protocol: string, frame: Uint8Array, from: Station): void {
    const inbox = this.#inbox
    const before = inbox.get(from.peer)
    const handle = async (): Promise<void> => {
      await before
      try {
        if (inbox === this.#inbox) await this.take(protocol, frame, from)
      } catch (error) {
        const { watch } = this.world
        if (!watch.suspects(from.peer) || !isFault(error)) watch.hold(error)
      }
    }
    inbox.set(from.peer, handle())
  }

  /** What arrives at `asker`: undefined where the answer is a fault; never, where it is lost. */
  async #reply(asker: Station, protocol: string, bytes: Uint8Array): Promise<Answer | undefined> {
    try {
      const answer = await this.#serve(protocol, bytes, asker)
      const size = answer.items.reduce((sum, { length }) => sum + length, 0)
      await new Promise<void>((resolve) => this.#carry(asker, size, resolve))
      return answer
    } catch (error) {
      if (!isFault(error)) this.world.watch.hold(error)
      return undefined
    }
  }

  async #serve(protocol: string, bytes: Uint8Array, from: Station): Promise<Answer> {
    const { answerBytes } = this.world.scenario
    const items: Uint8Array[] = []
    let size = 0
    for await (const item of this.answer(protocol, bytes, from)) {
      size += item.length
      if (items.length > 0 && size > answerBytes) return { items, more: true }
      items.push(item)
    }
    return { items, more: false }
  }

  #join(other: Station): void {
    this.#links.set(other, { arrival: 0, queued: 0 })
    other.#links.set(this, { arrival: 0, queued: 0 })
    this.handlers?.connected(other.peer)
    other.handlers?.connected(this.peer)
  }

  #part(other: Station): void {
    this.#links.delete(other)
    other.#links.delete(this)
    for (const fail of this.#asked.get(other) ?? []) fail()
    for (const fail of other.#asked.get(this) ?? []) fail()
    this.handlers?.disconnected(other.peer)
    other.handlers?.disconnected(this.peer)
  }

  /** In order, as over one stream; lost with the connection. */
  #carry(to: Station, bytes: number, deliver: () => void): void {
    const { timeline, network } = this.world
    const link = this.#links.get(to)
    if (link === undefined) return
    const { now } = timeline
    const sent = Math.ceil(bytes / bandwidth)
    link.arrival = Math.max(link.arrival, now + network.delay(this.index, to.index)) + sent
    network.traffic.sent++
    timeline.after(link.arrival - now, () => {
      const reaches = network.connects(this.index, to.index)
      if (this.#links.get(to) === link && reaches) deliver()
      else network.traffic.lost++
    })
  }

  #byPeer(peer: string): Station | undefined {
    return [...this.#links.keys()].find((node) => node.peer === peer)
  }
}
