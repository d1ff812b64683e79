import type { RemoteInfo } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

import {
  type Arrival,
  beaconGroup4,
  beaconGroup6,
  decodeBeacon,
  encodeBeacon,
  type NetworkKey,
} from '#mesh'

import { DatagramSocket } from './datagram-socket.ts'
import { endpointText } from './endpoints.ts'
import { limits } from './limits.ts'
import { Neighbours } from './neighbours.ts'
import type { MediaPorts } from './ports.ts'

/** One of this machine's addresses on a local network. */
export interface LanAddress {
  readonly interface: string
  readonly address: string
  readonly isInternal: boolean
  /** Names it among all. */
  readonly key: string
  /** Whether `address` is on the same network. */
  readonly includes: (address: string) => boolean
}

/** @param only The one interface to look at; without, all that lead elsewhere. */
export function lanAddresses(family: 4 | 6, only?: string): readonly LanAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    const isWanted = only === undefined ? () => true : () => name === only
    const fit = addresses.filter((one) => {
      if (one.family !== `IPv${family}` || !isWanted()) return false
      return (only !== undefined || !one.internal) && (family === 4 || isLinkLocal(one.address))
    })
    return fit.slice(0, 1).map(({ address, netmask, internal }) => ({
      interface: name,
      address: family === 6 ? `${address}%${name}` : address,
      isInternal: internal,
      key: `${name} ${address}`,
      includes:
        family === 6
          ? (other) => other.endsWith(`%${name}`)
          : (other) => networkOf(other, netmask) === networkOf(address, netmask),
    }))
  })
}

/** Of IPv4. */
function networkOf(address: string, netmask: string): string {
  const mask = netmask.split('.')
  const parts = address.split('.').map((part, index) => Number(part) & Number(mask[index]))
  return parts.join('.')
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address)
}

export interface StationOptions {
  readonly medium: string
  readonly where: LanAddress
  readonly mtu: number
  readonly port: number
  readonly network: NetworkKey
  readonly ports: MediaPorts
  readonly receive: (cell: Uint8Array, arrival: Arrival) => void
}

/** This node at one address: one socket for cells, from which its beacons go too, one that hears others'. */
export class LanStation {
  readonly neighbours: Neighbours
  readonly #options: StationOptions
  readonly #instance: Uint8Array
  #cells: DatagramSocket | undefined
  #beacons: DatagramSocket | undefined
  #isBroken = false

  private constructor(options: StationOptions) {
    this.#options = options
    this.neighbours = new Neighbours(options.ports.clock, limits.beaconSilence.value)
    this.#instance = options.ports.random.bytes(8)
  }

  /** Throws what the system does, and `MESH_MEDIUM`. */
  static async open(options: StationOptions): Promise<LanStation> {
    const station = new LanStation(options)
    try {
      await station.#open()
    } catch (error) {
      await station.close()
      throw error
    }
    return station
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  /** To all on this network. */
  async beacon(): Promise<void> {
    await this.#sendBeacon(endpointText(this.#group, this.#options.port))
  }

  async send(cell: Uint8Array, neighbour: string): Promise<void> {
    await this.#cells?.send(cell, neighbour)
  }

  async close(): Promise<void> {
    await Promise.all([this.#cells?.close(), this.#beacons?.close()])
    this.#cells = undefined
    this.#beacons = undefined
  }

  get #group(): string {
    const { where, network } = this.#options
    return isIPv6(where.address) ? beaconGroup6(network.name) : beaconGroup4
  }

  async #open(): Promise<void> {
    const { medium, where, port } = this.#options
    const isSix = isIPv6(where.address)
    const onInterface = isSix ? `::%${where.interface}` : where.address
    const broken = ({ message }: Error): void => {
      this.#isBroken = true
      this.#options.ports.log.warn('a socket is broken', { medium, reason: message })
    }
    this.#cells = await DatagramSocket.open({
      medium,
      address: where.address,
      port: 0,
      receive: (bytes, from) => {
        if (!this.#heardBeacon(bytes, from)) this.#heardCell(bytes, from)
      },
      broken,
    })
    const { socket } = this.#cells
    socket.setMulticastInterface(onInterface)
    // Others on this machine are to hear it too, and nobody beyond the next router.
    socket.setMulticastLoopback(true)
    socket.setMulticastTTL(where.isInternal ? 0 : 1)
    this.#beacons = await DatagramSocket.open({
      medium,
      address: isSix ? '::' : '0.0.0.0',
      port,
      isShared: true,
      receive: (bytes, from) => void this.#heardBeacon(bytes, from),
      broken,
    })
    this.#beacons.socket.addMembership(this.#group, onInterface)
  }

  #heardBeacon(bytes: Uint8Array, { address, port }: RemoteInfo): boolean {
    const { where, network, medium, ports } = this.#options
    // Systems hand what one interface hears to the sockets of the others too.
    if (!where.includes(address)) return false
    const instance = decodeBeacon(network, bytes, unscoped(address, port))?.toHex()
    if (instance === undefined) return false
    if (instance === this.#instance.toHex()) return true
    if (this.neighbours.hear(address, port, instance)) {
      const neighbour = endpointText(address, port)
      ports.log.info('a neighbour is there', { medium, neighbour })
      // It learns of this node before it is sent any cell, and needn't wait for the next beacon.
      void this.#sendBeacon(neighbour)
    }
    return true
  }

  #heardCell(bytes: Uint8Array, { address, port }: RemoteInfo): void {
    const neighbour = endpointText(address, port)
    const isCell = bytes.length > 0 && bytes.length <= this.#options.mtu
    if (isCell && this.neighbours.has(neighbour)) this.#options.receive(bytes, { neighbour })
  }

  async #sendBeacon(to: string): Promise<void> {
    const { network, where, medium, ports } = this.#options
    if (this.#cells === undefined) return
    const own = unscoped(where.address, this.#cells.port)
    const beacon = encodeBeacon(network, this.#instance, own)
    await this.#cells.send(beacon, to).catch((error: Error) => {
      ports.log.debug('a beacon was not sent', { medium, reason: error.message })
    })
  }
}

/** Each machine has names of its own for its networks. */
function unscoped(address: string, port: number): string {
  return endpointText(address.replace(/%.*$/, ''), port)
}
