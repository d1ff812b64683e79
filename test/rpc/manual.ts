/** Time and methods that a test of the dispatcher moves by hand. */
import type { Clock, Timer } from '#base'

/** A clock that the test moves. */
export class ManualClock implements Clock {
  #now = 0
  readonly #due = new Set<{ at: number; delay: number; task: () => void }>()

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
    for (const entry of new Set(this.#due)) {
      if (entry.at > this.#now || !wakes(entry.delay)) continue
      this.#due.delete(entry)
      entry.task()
    }
  }
}

/** Methods whose end the test decides. */
export class Gate {
  readonly started: string[] = []
  readonly #open = new Map<string, (value: string) => void>()
  readonly #arrivals: (() => void)[] = []

  wait(name: string): Promise<string> {
    this.started.push(name)
    for (const arrived of this.#arrivals.splice(0)) arrived()
    return new Promise((resolve) => this.#open.set(name, resolve))
  }

  end(name: string): void {
    this.#open.get(name)?.(name)
  }

  async until(count: number): Promise<void> {
    while (this.started.length < count) {
      await new Promise<void>((resolve) => this.#arrivals.push(resolve))
    }
  }
}
