import type { Clock, Timer } from '#base'

/** Time that moves when a test says so. */
export class ManualClock implements Clock {
  #now: number
  readonly #due = new Set<{ at: number; delay: number; task: () => void }>()

  /** @param start Milliseconds. */
  constructor(start = 0) {
    this.#now = start
  }

  /** Those that wait. */
  get timers(): number {
    return this.#due.size
  }

  now(): number {
    return this.#now
  }

  after(delay: number, task: () => void): Timer {
    const entry = { at: this.#now + delay, delay, task }
    this.#due.add(entry)
    return { cancel: () => void this.#due.delete(entry) }
  }

  /** Time that passes while the loop is held. */
  spend(by: number): void {
    this.#now += by
    this.#fire((delay) => delay > 0)
  }

  /** The event loop turns. */
  turn(): void {
    this.#fire(() => true)
  }

  advance(by: number): void {
    this.#now += by
    this.turn()
  }

  #fire(wakes: (delay: number) => boolean): void {
    for (const entry of [...this.#due].toSorted((a, b) => a.at - b.at)) {
      if (entry.at > this.#now || !wakes(entry.delay) || !this.#due.delete(entry)) continue
      entry.task()
    }
  }
}
