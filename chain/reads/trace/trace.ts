import type { Tracer } from '../../evm/index.ts'
import type { State } from '../../state/index.ts'

/** How a traced run ended. */
export interface Outcome {
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Index in the block of its first log. */
  readonly firstLog: number
}

export interface TraceEnds {
  begin(state: State): void
  /** What it did is there. */
  after(state: State): Promise<void>
  /** What it did is undone. */
  before(state: State): Promise<void>
}

/** One trace of one run. */
export interface Trace {
  readonly tracer: Tracer
  /** For a trace that compares: the run is undone between `after` and `before`. */
  readonly ends?: TraceEnds
  /** JSON. */
  text(outcome: Outcome): string
}
