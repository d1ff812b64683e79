import type { Clock } from '#base'

/** So many per second, of all and of each neighbour. */
export class Pace {
  readonly #clock: Clock
  readonly #all: number
  readonly #each: number
  #second = 0
  #used = 0
  readonly #byNeighbour = new Map<string, number>()

  constructor(clock: Clock, all: number, each: number) {
    this.#clock = clock
    this.#all = all
    this.#each = each
  }

  take(neighbour: string): boolean {
    const second = Math.floor(this.#clock.now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#used = 0
      this.#byNeighbour.clear()
    }
    const used = this.#byNeighbour.get(neighbour) ?? 0
    if (used >= this.#each || this.#used >= this.#all) return false
    this.#used++
    this.#byNeighbour.set(neighbour, used + 1)
    return true
  }
}
