import type { Timeline } from '#base'

import type { Dice } from './dice.ts'
import type { Links } from './scenario.ts'

/** Something that keeps messages from arriving, or makes them late, for a while. */
export interface Obstacle {
  blocks?(from: number, to: number): boolean
  delays?(from: number, to: number): number
}

export interface Traffic {
  sent: number
  lost: number
}

/** Messages between nodes: late, lost, doubled and overtaken as the links and obstacles have it. */
export class Network {
  readonly traffic: Traffic = { sent: 0, lost: 0 }
  readonly #timeline: Timeline
  readonly #dice: Dice
  readonly #links: Links
  readonly #obstacles = new Set<Obstacle>()
  #isTimely = false

  constructor(timeline: Timeline, dice: Dice, links: Links) {
    this.#timeline = timeline
    this.#dice = dice
    this.#links = links
  }

  /** From now on nothing is lost and nothing is in the way. */
  calm(): void {
    this.#isTimely = true
    this.#obstacles.clear()
  }

  add(obstacle: Obstacle): void {
    this.#obstacles.add(obstacle)
  }

  remove(obstacle: Obstacle): void {
    this.#obstacles.delete(obstacle)
  }

  connects(from: number, to: number): boolean {
    for (const each of this.#obstacles) if (each.blocks?.(from, to) === true) return false
    return true
  }

  /** Calls `deliver` when, and as often as, the message arrives. */
  send(from: number, to: number, deliver: () => void): void {
    this.traffic.sent++
    const { loss, duplicates } = this.#links
    if (!this.connects(from, to) || (!this.#isTimely && this.#dice.chance(loss))) {
      this.traffic.lost++
      return
    }
    const copies = !this.#isTimely && this.#dice.chance(duplicates) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      this.#timeline.after(this.delay(from, to), () => {
        if (this.connects(from, to)) deliver()
        else this.traffic.lost++
      })
    }
  }

  /** Milliseconds one way, now. */
  delay(from: number, to: number): number {
    const { least, most } = this.#links
    let delay = this.#dice.between(least, most)
    for (const each of this.#obstacles) delay += each.delays?.(from, to) ?? 0
    return delay
  }
}
