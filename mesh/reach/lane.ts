import type { Clock, Timer } from '#base'

import type { MediumFacts } from '../medium.ts'
import { pause } from './modes.ts'
import { Shares } from './shares.ts'

/** A cell to be made when its time comes, of what is known then. */
export interface Errand {
  /** Of those of one source, the least goes first. */
  readonly rank: number
  /** Milliseconds since 1970. */
  readonly notBefore: number
  /** Undefined where there is nothing to be said any more. */
  make(): { readonly cell: Uint8Array; readonly neighbour?: string | undefined } | undefined
}

export interface LanePorts {
  readonly clock: Clock
  /** Undefined once the medium is gone. */
  facts(): MediumFacts | undefined
  send(cell: Uint8Array, neighbour?: string): void
}

/**
 * Cells that a node sends over one medium for others, within a share of its bit rate: after each, the
 * lane rests until that share has paid for it. Sources take turns.
 */
export class Lane {
  readonly #ports: LanePorts
  readonly #share: number
  readonly #waiting: Shares<Errand>
  #freeAt = 0
  #timer: Timer | undefined

  /** @param share Of the bit rate, 0..1. @param room Errands that may wait. */
  constructor(ports: LanePorts, share: number, room: number) {
    this.#ports = ports
    this.#share = share
    this.#waiting = new Shares(room)
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Replaces what waits at `key`. */
  put(source: string, key: string, errand: Errand): void {
    this.#waiting.set(source, key, errand)
    this.#run()
  }

  has(key: string): boolean {
    return this.#waiting.get(key) !== undefined
  }

  delete(key: string): void {
    this.#waiting.delete(key)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #run(): void {
    this.stop()
    const { clock } = this.#ports
    while (this.#waiting.size > 0) {
      const now = clock.now()
      const facts = this.#ports.facts()
      if (facts === undefined) return
      const errand =
        now < this.#freeAt
          ? undefined
          : this.#waiting.take(
              ({ rank }) => rank,
              ({ notBefore }) => notBefore <= now,
            )
      if (errand === undefined) {
        const next = Math.max(this.#freeAt, this.#earliest())
        this.stop()
        this.#timer = clock.after(Math.max(0, next - now), () => this.#run())
        return
      }
      const made = errand.make()
      if (made === undefined) continue
      this.#freeAt = now + pause(facts, made.cell.length, this.#share)
      this.#ports.send(made.cell, made.neighbour)
    }
  }

  #earliest(): number {
    let earliest = Infinity
    for (const [, { notBefore }] of this.#waiting.entries())
      earliest = Math.min(earliest, notBefore)
    return earliest
  }
}
