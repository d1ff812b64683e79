import { EventEmitter, once } from 'node:events'

import type { Log } from '#base'
import type { Arrival, Medium } from '#mesh'

import { systemClock } from '../../../../node/clock.ts'
import type { MediaPorts } from '../../../../node/mesh/media/ports.ts'
import { systemRandom } from '../../../../node/random.ts'

export interface Line {
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** Tells of what happens: what is logged, and what is heard. */
export class Events {
  readonly lines: Line[] = []
  readonly #emitter = new EventEmitter().setMaxListeners(0)

  get log(): Log {
    const put = (message: string, facts: Readonly<Record<string, unknown>> = {}): void => {
      this.lines.push({ message, facts })
      this.tell()
    }
    return { debug: put, info: put, warn: put, error: put }
  }

  get ports(): MediaPorts {
    return { clock: systemClock, random: systemRandom, log: this.log }
  }

  tell(): void {
    this.#emitter.emit('event')
  }

  async next(): Promise<void> {
    await once(this.#emitter, 'event')
  }

  async until<Found>(find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await this.next()
    }
  }

  /** What was logged under `message`, now or later. */
  logged(message: string, from = 0): Promise<Line> {
    return this.until(() => this.lines.slice(from).find((line) => line.message === message))
  }
}

/** A medium and what it hears. */
export class Station {
  readonly medium: Medium
  readonly events: Events
  readonly heard = new Map<string, Arrival>()
  count = 0

  constructor(medium: Medium, events: Events) {
    this.medium = medium
    this.events = events
  }

  async start(): Promise<void> {
    await this.medium.start((cell, arrival) => {
      this.count++
      this.heard.set(cell.toHex(), arrival)
      this.events.tell()
    })
  }

  hears(cell: Uint8Array): Promise<Arrival> {
    return this.events.until(() => this.heard.get(cell.toHex()))
  }

  /** Sends it again whenever something happens, until `other` has it. */
  async reach(other: Station, cell: Uint8Array, neighbour?: string): Promise<Arrival> {
    for (;;) {
      const happens = this.events.next()
      await this.medium.send(cell, neighbour).catch(() => {})
      const known = other.heard.get(cell.toHex())
      if (known !== undefined) return known
      await happens
    }
  }
}
