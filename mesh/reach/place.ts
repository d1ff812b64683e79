import type { Clock, Random, Timer } from '#base'

import { limits } from '../limits.ts'
import type { MediumFacts } from '../medium.ts'
import { type HeardAnnounce, Intake } from './intake.ts'
import { Lane } from './lane.ts'
import { airtime } from './modes.ts'
import type { PathTable } from './paths.ts'
import { Recent } from './recent.ts'

export interface PlacePorts {
  readonly clock: Clock
  readonly random: Random
  readonly table: PathTable
  facts(): MediumFacts | undefined
  send(cell: Uint8Array, neighbour?: string): void
  proven(heard: HeardAnnounce): void
}

/** What is kept for one medium. */
export class Place {
  readonly name: string
  readonly intake: Intake
  readonly announces: Lane
  /** Path requests of others and answers to them. */
  readonly requests: Lane
  /** The epoch of the last full announce that was sent here, by destination. */
  readonly fulls = new Map<string, number>()
  /** What will be sent once more unless somebody is heard to repeat it. */
  readonly retries = new Map<string, Timer>()
  readonly tags: Recent
  /** Path requests that were answered or passed on. */
  readonly served: Recent
  readonly inquired: Recent
  readonly #neighbours = new Set<string>()
  readonly #ports: PlacePorts

  constructor(name: string, ports: PlacePorts) {
    this.name = name
    this.#ports = ports
    this.intake = new Intake(ports.clock, ports.table, (heard) => ports.proven(heard))
    this.announces = new Lane(ports, 0.02, limits.announceQueue.value)
    this.requests = new Lane(ports, 0.1, limits.requestQueue.value)
    this.tags = new Recent(ports.clock, limits.requestTags.value)
    this.served = new Recent(ports.clock, limits.requestTags.value)
    this.inquired = new Recent(ports.clock, limits.requestTags.value)
  }

  get facts(): MediumFacts | undefined {
    return this.#ports.facts()
  }

  send(cell: Uint8Array, neighbour?: string): void {
    this.#ports.send(cell, neighbour)
  }

  met(neighbour: string | undefined): void {
    if (neighbour === undefined || this.#neighbours.size >= limits.announceSources.value) return
    this.#neighbours.add(neighbour)
  }

  /** Whether what came from a neighbour here is news to anybody else here. */
  get reachesOthers(): boolean {
    return this.facts?.isBroadcast === true || this.#neighbours.size > 1
  }

  /** Milliseconds to wait at most, so that neighbours who share a channel do not all speak at once. */
  get window(): number {
    const { facts } = this
    if (facts?.isBroadcast !== true) return 0
    return 500 * (airtime(facts, 500) / 100)
  }

  /** Milliseconds since 1970: a random moment within the window. */
  moment(): number {
    const { clock, random } = this.#ports
    if (this.window === 0) return clock.now()
    const share = new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32
    return clock.now() + this.window * share
  }

  noteFull(key: string, epoch: number): void {
    this.fulls.delete(key)
    for (const oldest of this.fulls.keys()) {
      if (this.fulls.size < limits.paths.value) break
      this.fulls.delete(oldest)
    }
    this.fulls.set(key, epoch)
  }

  /** A neighbour has it: no need to say it again. */
  cancelRetry(key: string): void {
    this.retries.get(key)?.cancel()
    this.retries.delete(key)
  }

  stop(): void {
    this.intake.stop()
    this.announces.stop()
    this.requests.stop()
    for (const timer of this.retries.values()) timer.cancel()
    this.retries.clear()
  }
}
