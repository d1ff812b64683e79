import { Fault } from '#base'

import type { Interrupt } from '../context.ts'
import { limits } from '../limits.ts'

/** What one answer may cost in memory, whatever it traces. */
export class Budget {
  readonly #interrupt: Interrupt
  readonly #limit: number
  #bytes = 0
  #entries = 0

  constructor(interrupt: Interrupt, limit: number = limits.traceBytes.value) {
    this.#interrupt = interrupt
    this.#limit = limit
  }

  /** Throws `READ_TRACE_TOO_LARGE`, and `READ_CANCELLED` once nobody waits. */
  spend(bytes: number): void {
    this.#bytes += bytes
    if (++this.#entries % checked === 0) this.#interrupt.check()
    const limit = this.#limit
    if (this.#bytes <= limit) return
    throw new Fault(
      { code: 'READ_TRACE_TOO_LARGE', limit },
      "ask for less: the tracer 'callTracer', a limit of steps, no stack or memory, or one transaction of the block",
    )
  }
}

/** Entries between two looks at whether somebody still waits. */
const checked = 4096
