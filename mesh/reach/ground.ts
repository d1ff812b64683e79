import type { Clock, Random } from '#base'

import type { MediumFacts } from '../medium.ts'
import type { AnnounceBody } from './announce.ts'
import type { HeardAnnounce } from './intake.ts'
import { type PathTable, type Source } from './paths.ts'
import { Place } from './place.ts'

export interface ReachPorts {
  readonly clock: Clock
  readonly random: Random
  /** Those that are up now. */
  media(): readonly { readonly name: string; readonly facts: MediumFacts }[]
  /** Without `neighbour`, to all there. It never throws. */
  send(medium: string, cell: Uint8Array, neighbour?: string): void
  /** Whether the time is right to some minutes: then announces of another time are refused. */
  clockIsTrusted(): boolean
  /**
   * Milliseconds after which what was sent is taken for lost, by the model of that link: doubled with
   * each attempt, the first is 0, up to a day.
   */
  timeout(medium: string, bytes: number, attempt: number): number
}

/** What can be announced just now. */
export interface Announceable {
  readonly body: AnnounceBody
  /** 16 bytes. */
  readonly label: Uint8Array
  /** That its cells carry. */
  readonly hops: number
  /** Undefined for who is here. */
  readonly via?: Source | undefined
}

/** The media, with what is kept for each. */
export class Ground {
  readonly ports: ReachPorts
  readonly #table: PathTable
  readonly #proven: (heard: HeardAnnounce) => void
  readonly #places = new Map<string, Place>()

  constructor(ports: ReachPorts, table: PathTable, proven: (heard: HeardAnnounce) => void) {
    this.ports = ports
    this.#table = table
    this.#proven = proven
  }

  /** Milliseconds since 1970, as people have it. */
  get time(): number {
    const { clock } = this.ports
    return clock.wall?.() ?? clock.now()
  }

  places(): readonly Place[] {
    return this.ports.media().map(({ name }) => this.#open(name))
  }

  place(name: string): Place | undefined {
    return this.#facts(name) === undefined ? undefined : this.#open(name)
  }

  /** Where it has been opened, also of a medium that is down. */
  opened(): Iterable<Place> {
    return this.#places.values()
  }

  forget(name: string): void {
    this.#places.get(name)?.stop()
    this.#places.delete(name)
  }

  #facts(name: string): MediumFacts | undefined {
    return this.ports.media().find((medium) => medium.name === name)?.facts
  }

  #open(name: string): Place {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const { clock, random } = this.ports
    const place = new Place(name, {
      clock,
      random,
      table: this.#table,
      facts: () => this.#facts(name),
      send: (cell, neighbour) => this.ports.send(name, cell, neighbour),
      proven: this.#proven,
    })
    this.#places.set(name, place)
    return place
  }
}
