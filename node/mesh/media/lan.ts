import type { Timer } from '#base'
import { type Arrival, type Medium, type MediumFacts, NetworkKey } from '#mesh'

import { nobody, tooLarge } from './faults.ts'
import { type LanAddress, lanAddresses, LanStation } from './lan-station.ts'
import { limits } from './limits.ts'
import { Pacer } from './pacer.ts'
import type { MediaPorts } from './ports.ts'

export interface LanOptions {
  readonly name: string
  readonly facts: MediumFacts
  /** The only one; without, all but those that lead back to this machine. */
  readonly interface?: string | undefined
  readonly family: 4 | 6
  /** UDP, of the beacons: the same for all who are to find each other. */
  readonly port: number
}

/** Those on the same local network: found by beacons, then given cells one by one. */
export class LanMedium implements Medium {
  readonly name: string
  readonly kind = 'lan'
  readonly facts: MediumFacts
  readonly #options: LanOptions
  readonly #ports: MediaPorts
  readonly #network: NetworkKey
  readonly #pacer: Pacer
  readonly #stations = new Map<string, LanStation>()
  #receive: ((cell: Uint8Array, arrival: Arrival) => void) | undefined
  #beats = 0
  #timer: Timer | undefined
  #beating: Promise<void> = Promise.resolve()

  constructor(options: LanOptions, ports: MediaPorts) {
    this.name = options.name
    this.facts = options.facts
    this.#options = options
    this.#ports = ports
    this.#network = ports.network ?? NetworkKey.open('pars')
    this.#pacer = new Pacer(ports.clock, options.facts.bitsPerSecond)
  }

  async start(receive: (cell: Uint8Array, arrival: Arrival) => void): Promise<void> {
    this.#receive = receive
    this.#beats = 0
    this.#beating = this.#beat()
    await this.#beating
  }

  async send(cell: Uint8Array, neighbour?: string): Promise<void> {
    if (cell.length > this.facts.mtu) throw tooLarge(this.name, cell.length, this.facts.mtu)
    this.#pacer.check(this.name)
    const sent = [...this.#stations.values()].flatMap((station) => {
      const names = station.neighbours.names()
      const chosen = neighbour === undefined ? names : names.filter((name) => name === neighbour)
      return chosen.map((name) => station.send(cell, name))
    })
    if (sent.length === 0) throw nobody(this.name, neighbour)
    const paced = this.#pacer.taken(cell.length)
    await Promise.any(sent).catch((error: AggregateError) => {
      throw error.errors[0]
    })
    await paced
  }

  async stop(): Promise<void> {
    this.#receive = undefined
    this.#timer?.cancel()
    this.#pacer.stop()
    await this.#beating
    this.#timer?.cancel()
    await Promise.all([...this.#stations.values()].map((station) => station.close()))
    this.#stations.clear()
  }

  /** Networks come and go: what is there is looked up before each beacon. */
  async #beat(): Promise<void> {
    const found = lanAddresses(this.#options.family, this.#options.interface)
    if (found.length === 0 && this.#beats === 0) {
      const { interface: only = 'any' } = this.#options
      this.#ports.log.warn('no network yet', { medium: this.name, interface: only })
    }
    for (const [name, station] of this.#stations) {
      if (station.isBroken || !found.some(({ key }) => key === name)) {
        this.#stations.delete(name)
        await station.close()
      }
    }
    for (const one of found) {
      if (!this.#stations.has(one.key)) await this.#open(one)
    }
    if (this.#receive === undefined) return
    await Promise.all([...this.#stations.values()].map((station) => station.beacon()))
    this.#beats++
    const isFrequent = this.#beats < limits.beaconsAtFirst.value || found.length === 0
    const wait = limits.beaconEvery.value * (isFrequent ? 1 : 10)
    this.#timer = this.#ports.clock.after(wait, () => {
      this.#beating = this.#beat()
    })
  }

  async #open(where: LanAddress): Promise<void> {
    try {
      const station = await LanStation.open({
        medium: this.name,
        where,
        mtu: this.facts.mtu,
        port: this.#options.port,
        network: this.#network,
        ports: this.#ports,
        receive: (cell, arrival) => this.#receive?.(cell, arrival),
      })
      this.#stations.set(where.key, station)
      this.#beats = 0
    } catch (error) {
      const { message } = error as Error
      this.#ports.log.warn('a network can’t be used', { medium: this.name, reason: message })
    }
  }
}
