import type { Clock, Timer } from '#base'

interface Due {
  readonly at: number
  readonly order: number
  task: (() => void) | undefined
}

/** Promises that follow each other at one time: more are settled after the next task. */
const depth = 64

/** Time that moves from one task to the next, as fast as the machine goes. */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  /** A binary heap: no task is due before its parent at half its index. */
  readonly #heap: Due[] = []
  readonly #turn: () => Promise<void>

  /**
   * @param start Milliseconds since 1970.
   * @param turn Resolved once all that was started is done, where that takes more than promises: a
   *   turn of the event loop.
   */
  constructor(start = 1_800_000_000_000, turn: () => Promise<void> = settle) {
    this.#now = start
    this.#turn = turn
  }

  now(): number {
    return this.#now
  }

  after(delay: number, task: () => void): Timer {
    const due: Due = { at: this.#now + Math.max(0, delay), order: this.#order++, task }
    this.#push(due)
    return { cancel: () => void (due.task = undefined) }
  }

  /**
   * Runs what is due within `span` milliseconds, in order, or until `isOver`.
   *
   * @returns Whether it is over.
   */
  async run(span: number, isOver: () => boolean = () => false): Promise<boolean> {
    const end = this.#now + span
    await this.#turn()
    while (!isOver()) {
      const task = this.#take(end)
      if (task === undefined) return isOver()
      task()
      await this.#turn()
    }
    return true
  }

  #take(end: number): (() => void) | undefined {
    for (;;) {
      const [first] = this.#heap
      if (first === undefined || first.at > end) {
        this.#now = end
        return undefined
      }
      this.#pop()
      if (first.task === undefined) continue
      this.#now = first.at
      return first.task
    }
  }

  #push(due: Due): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(due)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || isBefore(parent, due)) break
      heap[at] = parent
      at = above
    }
    heap[at] = due
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      const [left, right] = [heap[below], heap[below + 1]]
      if (left === undefined) break
      let child = left
      if (right !== undefined && isBefore(right, left)) {
        child = right
        below++
      }
      if (isBefore(last, child)) break
      heap[at] = child
      at = below
    }
    heap[at] = last
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < depth; turn++) await Promise.resolve()
}
