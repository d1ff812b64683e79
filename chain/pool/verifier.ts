import { Fault } from '#base'

import { limits } from './limits.ts'
import { type Turn, Turns } from './turns.ts'

/** What goes first when verifications wait: what holds up consensus, and last what may come again. */
const priorities = ['header', 'body', 'pool'] as const
export type Priority = (typeof priorities)[number]

/** One verification that somebody asks for. */
export interface Verification {
  readonly priority: Priority
  /** On whose account. Within one priority the sources take turns. */
  readonly source: string
  /** What its input holds in memory while it waits. */
  readonly bytes: number
}

/**
 * The window through which all signatures of a node are verified, on libuv's pool: so many at once,
 * so that none waits there behind less urgent ones.
 *
 * @see PIP-0002 "Pool"
 */
export class Verifier {
  /** Verifications under way at most. */
  readonly width: number
  readonly #waiting: Readonly<Record<Priority, Turns>>
  readonly #done = { header: 0, body: 0, pool: 0 }
  #running = 0

  /** @param init.cores How many verifications the machine runs at the same time. */
  constructor({ cores }: { readonly cores: number }) {
    this.width = cores * limits.verificationsPerCore.value
    const most = {
      all: limits.verificationQueue.value,
      perSource: limits.verificationQueuePerSource.value,
    }
    this.#waiting = { header: new Turns(most), body: new Turns(most), pool: new Turns(most) }
  }

  get running(): number {
    return this.#running
  }

  /** Verifications of `priority` that ended, since the start. */
  done(priority: Priority): number {
    return this.#done[priority]
  }

  /** Slots of the queue of `priority` that are taken. */
  waiting(priority: Priority): number {
    return this.#waiting[priority].slots
  }

  /**
   * Runs `job` when its turn comes. Rejects with `POOL_BUSY` when there is no room to wait, also
   * later, when a source that has less needs it.
   */
  async run<Result>(asked: Verification, job: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.width) this.#running++
    else await this.#turn(asked)
    try {
      return await job()
    } finally {
      this.#done[asked.priority]++
      this.#pass()
    }
  }

  /** Refuses with `POOL_SOURCE_DROPPED` what waits for `source`. */
  drop(priority: Priority, source: string): void {
    for (const turn of this.#waiting[priority].drop(source)) {
      turn.refuse(
        new Fault(
          { code: 'POOL_SOURCE_DROPPED', source },
          'another transaction of this source cannot be valid for anybody: send it through another',
        ),
      )
    }
  }

  #turn({ priority, source, bytes }: Verification): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const slots = Math.max(1, Math.ceil(bytes / limits.verificationSlot.value))
    this.#waiting[priority].add({ source, slots, start: resolve, refuse: reject })
    return promise
  }

  /** Hands the place of a job that ended to the next. */
  #pass(): void {
    const next = this.#next()
    if (next === undefined) this.#running--
    else next.start()
  }

  #next(): Turn | undefined {
    for (const priority of priorities) {
      const turn = this.#waiting[priority].next()
      if (turn !== undefined) return turn
    }
    return undefined
  }
}
