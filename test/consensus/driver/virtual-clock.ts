import type { Clock, Timer } from '#base'

interface Due {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

/** Time that moves when it is told to. As on a machine, some timers are a millisecond early. */
export class VirtualClock implements Clock {
  #now = 1_000_000
  #order = 0
  #due: Due[] = []

  now(): number {
    return this.#now
  }

  after(delay: number, task: () => void): Timer {
    const order = this.#order++
    const early = order % 3 === 0 && delay > 1 ? 1 : 0
    const due = { at: this.#now + delay - early, order, task }
    this.#due.push(due)
    return { cancel: () => void (this.#due = this.#due.filter((other) => other !== due)) }
  }

  /** Runs what is due next, up to `end`; whether there was anything. */
  advance(end: number): boolean {
    const [next] = this.#due.toSorted((a, b) => a.at - b.at || a.order - b.order)
    if (next === undefined || next.at > end) {
      this.#now = end
      return false
    }
    this.#due = this.#due.filter((other) => other !== next)
    this.#now = next.at
    next.task()
    return true
  }
}
