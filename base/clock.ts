/** The only way to learn the time below the composition roots. */
export interface Clock {
  /** Milliseconds since 1970, UTC. Never decreases within one process. */
  now(): number
  /** The same as people's clocks have it just now, and so it may decrease; `now` where absent. */
  wall?(): number
  /** Runs `task` once, `delay` milliseconds from now, unless cancelled. */
  after(delay: number, task: () => void): Timer
  /** Runs `task` when what has arrived by now is heard: at once, but not first. */
  readonly soon?: ((task: () => void) => void) | undefined
}

export interface Timer {
  cancel(): void
}
