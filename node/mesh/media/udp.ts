import type { RemoteInfo } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'

import type { Arrival, Medium, MediumFacts } from '#mesh'

import { DatagramSocket } from './datagram-socket.ts'
import { type Endpoint, endpointText } from './endpoints.ts'
import { mediumFault, nobody, tooLarge } from './faults.ts'
import { limits } from './limits.ts'
import { Neighbours } from './neighbours.ts'
import { Pacer } from './pacer.ts'
import type { MediaPorts } from './ports.ts'

export interface UdpOptions {
  readonly name: string
  readonly facts: MediumFacts
  /** Those who are always there. */
  readonly peers: readonly Endpoint[]
  /** To bind to; port 0 takes a free one. */
  readonly listen: Endpoint
}

/** A cell a datagram, to fixed peers and to whoever was heard. */
export class UdpMedium implements Medium {
  readonly name: string
  readonly kind = 'udp'
  readonly facts: MediumFacts
  readonly #options: UdpOptions
  readonly #ports: MediaPorts
  readonly #pacer: Pacer
  readonly #peers = new Set<string>()
  #heard: Neighbours
  #socket: DatagramSocket | undefined

  constructor(options: UdpOptions, ports: MediaPorts) {
    this.name = options.name
    this.facts = options.facts
    this.#options = options
    this.#ports = ports
    this.#pacer = new Pacer(ports.clock, options.facts.bitsPerSecond)
    this.#heard = new Neighbours(ports.clock, limits.neighbourSilence.value)
  }

  async start(receive: (cell: Uint8Array, arrival: Arrival) => void): Promise<void> {
    const { peers, listen } = this.#options
    const address = await this.#addressOf(listen.host)
    const family = isIPv6(address) ? 6 : 4
    this.#peers.clear()
    for (const peer of peers) {
      this.#peers.add(endpointText(await this.#addressOf(peer.host, family), peer.port))
    }
    this.#heard = new Neighbours(this.#ports.clock, limits.neighbourSilence.value)
    this.#socket = await DatagramSocket.open({
      medium: this.name,
      address,
      port: listen.port,
      receive: (bytes, from) => this.#arrived(bytes, from, receive),
      broken: ({ message }) => {
        this.#ports.log.warn('a socket is broken', { medium: this.name, reason: message })
      },
    })
    this.#ports.log.info('a medium listens', { medium: this.name, port: this.#socket.port })
  }

  async send(cell: Uint8Array, neighbour?: string): Promise<void> {
    if (cell.length > this.facts.mtu) throw tooLarge(this.name, cell.length, this.facts.mtu)
    this.#pacer.check(this.name)
    const socket = this.#socket
    const isKnown = (name: string): boolean => this.#peers.has(name) || this.#heard.has(name)
    const all = neighbour === undefined ? this.#all() : [neighbour].filter(isKnown)
    if (socket === undefined || all.length === 0) throw nobody(this.name, neighbour)
    const sent = all.map((name) => socket.send(cell, name))
    const paced = this.#pacer.taken(cell.length)
    await Promise.any(sent).catch((error: AggregateError) => {
      throw error.errors[0]
    })
    await paced
  }

  async stop(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    this.#pacer.stop()
    await socket?.close()
  }

  #all(): readonly string[] {
    return [...this.#peers.union(new Set(this.#heard.names()))]
  }

  #arrived(
    bytes: Uint8Array,
    { address, port }: RemoteInfo,
    receive: (cell: Uint8Array, arrival: Arrival) => void,
  ): void {
    if (bytes.length === 0 || bytes.length > this.facts.mtu) return
    const neighbour = endpointText(address, port)
    if (!this.#peers.has(neighbour)) this.#heard.hear(address, port)
    receive(bytes, { neighbour })
  }

  async #addressOf(host: string, family: 0 | 4 | 6 = 0): Promise<string> {
    try {
      return (await lookup(host, { family })).address
    } catch (error) {
      throw mediumFault(this.name, (error as Error).message, 'give an address that is known here')
    }
  }
}
