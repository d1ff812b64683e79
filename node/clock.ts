import type { Clock } from '#base'

let last = 0

/** The machine's clock, held still while it is set back. */
export const systemClock: Clock = {
  now() {
    last = Math.max(last, Date.now())
    return last
  },
  after(delay, task) {
    const timer = setTimeout(task, delay)
    return { cancel: () => clearTimeout(timer) }
  },
}
