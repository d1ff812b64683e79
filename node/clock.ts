import type { Clock } from '#base'

/** Where time comes from, in milliseconds. */
interface TimeSource {
  /** Since 1970; people and NTP set it, back as well. */
  readonly wall: () => number
  /** Since whenever; passes evenly. */
  readonly monotonic: () => number
}

/**
 * Follows the wall. Where that was set back, time passes half as fast until the wall has come up to it:
 * pace suffers, but nothing that waits stands still.
 */
export function timeOf({ wall, monotonic }: TimeSource): () => number {
  let last = wall()
  let read = monotonic()
  return () => {
    const before = read
    read = monotonic()
    last = Math.max(wall(), last + (read - before) / 2)
    return Math.floor(last)
  }
}

export const systemClock: Clock = {
  now: timeOf({ wall: () => Date.now(), monotonic: () => performance.now() }),
  wall: () => Date.now(),
  after(delay, task) {
    const timer = setTimeout(task, delay)
    return { cancel: () => clearTimeout(timer) }
  },
  soon(task) {
    setImmediate(task)
  },
}
