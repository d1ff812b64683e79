import { type Clock, Timeline, type Timer } from '#base'

/** Promises that follow each other at one time: more are settled after the next task. */
const depth = 64

/** Time that moves from one task to the next, as fast as the machine goes. */
export class VirtualClock implements Clock {
  readonly #timeline: Timeline
  readonly #turn: () => Promise<void>

  /**
   * @param start Milliseconds since 1970.
   * @param turn Resolved once all that was started is done, where that takes more than promises: a
   *   turn of the event loop.
   */
  constructor(start = 1_800_000_000_000, turn: () => Promise<void> = settle) {
    this.#timeline = new Timeline(start)
    this.#turn = turn
  }

  now(): number {
    return this.#timeline.now
  }

  after(delay: number, task: () => void): Timer {
    return this.#timeline.after(delay, task)
  }

  /**
   * Runs what is due within `span` milliseconds, in order, or until `isOver`.
   *
   * @returns Whether it is over.
   */
  async run(span: number, isOver: () => boolean = () => false): Promise<boolean> {
    const end = this.now() + span
    await this.#turn()
    while (!isOver()) {
      const task = this.#timeline.take(end)
      if (task === undefined) return isOver()
      task()
      await this.#turn()
    }
    return true
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < depth; turn++) await Promise.resolve()
}
