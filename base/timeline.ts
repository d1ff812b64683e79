import type { Timer } from './clock.ts'

interface Due {
  readonly at: number
  readonly sequence: number
  task: (() => void) | undefined
}

/**
 * Virtual time. Tasks run one after the other, in the order of their times and, at one time, in the
 * order in which they were planned.
 */
export class Timeline {
  #now: number
  #sequence = 0
  /** A binary heap: no task is due before its parent at half its index. */
  readonly #heap: Due[] = []

  /** @param now Milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now
  }

  get now(): number {
    return this.#now
  }

  after(delay: number, task: () => void): Timer {
    const at = this.#now + Math.max(0, delay)
    const due: Due = { at, sequence: this.#sequence++, task }
    this.#push(due)
    return {
      cancel() {
        due.task = undefined
      },
    }
  }

  /** Takes the next task that is due by `end` and moves time to it; undefined when there is none. */
  take(end: number): (() => void) | undefined {
    for (;;) {
      const [first] = this.#heap
      if (first === undefined || first.at > end) {
        this.#now = Math.max(this.#now, end)
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
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}
