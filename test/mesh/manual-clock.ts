import type { Clock, Timer } from '#base'

/** Time that moves when it is told to. */
export class ManualClock implements Clock {
  #now = 1_000_000
  readonly #tasks = new Set<{ readonly at: number; readonly run: () => void }>()

  now(): number {
    return this.#now
  }

  after(delay: number, run: () => void): Timer {
    const task = { at: this.#now + delay, run }
    this.#tasks.add(task)
    return { cancel: () => this.#tasks.delete(task) }
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
    for (const task of [...this.#tasks].toSorted((a, b) => a.at - b.at)) {
      if (task.at > this.#now || !this.#tasks.delete(task)) continue
      task.run()
    }
  }
}
