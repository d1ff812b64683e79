import { type Clock, Fault } from '#base'

/** What `BlockTime` is at one moment. */
export interface TimeState {
  /** Milliseconds. */
  readonly offset: number
  readonly next: bigint | undefined
}

/** When blocks say that they were made: the clock's time, and in development what a test makes of it. */
export class BlockTime {
  readonly #clock: Clock
  #offset = 0
  #next: bigint | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get state(): TimeState {
    return { offset: this.#offset, next: this.#next }
  }

  /** Time goes on as it went from `state` on. */
  restore({ offset, next }: TimeState): void {
    this.#offset = offset
    this.#next = next
  }

  /** Seconds, for the child of a block of `parent`. */
  after(parent: bigint): bigint {
    if (this.#next !== undefined) return this.#next
    const now = BigInt(Math.floor((this.#clock.now() + this.#offset) / 1000))
    return now > parent ? now : parent
  }

  /** A block of that time was made. */
  made(timestamp: bigint): void {
    if (timestamp !== this.#next) return
    this.#next = undefined
    this.goOnFrom(timestamp)
  }

  /** It is `timestamp` now. */
  goOnFrom(timestamp: bigint): void {
    this.#offset = Number(timestamp) * 1000 - this.#clock.now()
  }

  /** @param parent Of the head. Throws `NODE_TIME_BACK`. */
  setNext(timestamp: bigint, parent: bigint): void {
    if (timestamp < parent) {
      throw new Fault(
        { code: 'NODE_TIME_BACK', timestamp, head: parent },
        'a block is never older than its parent: name a time from the head on',
      )
    }
    this.#next = timestamp
  }

  /** @returns Seconds moved in all. */
  increase(seconds: bigint): bigint {
    this.#offset += Number(seconds) * 1000
    if (this.#next !== undefined) this.#next += seconds
    return BigInt(Math.max(0, Math.floor(this.#offset / 1000)))
  }
}
