import type { Clock } from '#base'

import { limits } from '../limits.ts'

export interface BanRecord {
  readonly peer: string
  readonly points: number
  /** When `points` was right, in milliseconds since 1970. */
  readonly at: number
  readonly reason: string
}

/** Points against peers. They halve with time; at `limits.banScore` a peer is banned. */
export class Bans {
  readonly #clock: Clock
  readonly #records = new Map<string, BanRecord>()

  constructor(clock: Clock, records: Iterable<BanRecord> = []) {
    this.#clock = clock
    for (const record of records) this.#records.set(record.peer, record)
  }

  /** @returns Whether the peer is banned now. */
  charge(peer: string, points: number, reason: string): boolean {
    const total = this.points(peer) + points
    this.#records.delete(peer)
    this.#records.set(peer, { peer, points: total, at: this.#clock.now(), reason })
    if (this.#records.size > limits.bans.value) this.#forget()
    return total >= limits.banScore.value
  }

  points(peer: string): number {
    const record = this.#records.get(peer)
    if (record === undefined) return 0
    const halves = (this.#clock.now() - record.at) / limits.banHalfLife.value
    return record.points * 2 ** -Math.max(0, halves)
  }

  isBanned(peer: string): boolean {
    return this.points(peer) >= limits.banScore.value
  }

  pardon(peer: string): void {
    this.#records.delete(peer)
  }

  /** Those that still count, worst first. */
  records(): readonly BanRecord[] {
    for (const peer of this.#records.keys()) if (this.points(peer) < 1) this.#records.delete(peer)
    return [...this.#records.values()].toSorted((a, b) => this.points(b.peer) - this.points(a.peer))
  }

  #forget(): void {
    const kept = this.records().slice(0, Math.floor(limits.bans.value * 0.9))
    this.#records.clear()
    for (const record of kept) this.#records.set(record.peer, record)
  }
}
