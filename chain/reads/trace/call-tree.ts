import type { FrameEnd, FrameStart, Tracer } from '../../evm/index.ts'
import type { LogEntry } from '../../port.ts'
import type { Budget } from './budget.ts'

export interface CallNode {
  readonly start: FrameStart
  readonly end: FrameEnd
  readonly calls: readonly CallNode[]
  readonly logs: readonly CallLog[]
}

/** A log, and how many calls its frame had made before it. */
export interface CallLog extends LogEntry {
  readonly position: number
}

interface OpenNode {
  readonly start: FrameStart
  end: FrameEnd | undefined
  readonly calls: CallNode[]
  readonly logs: CallLog[]
}

/** Bytes of a frame or a log beside what it carries, in JSON. */
const overhead = 300

interface CallTreeOptions {
  /** Keeps the transaction's own frame alone. */
  readonly isTopOnly?: boolean
  readonly showsLogs?: boolean
}

/** The frames of one transaction, as a tree. */
export class CallTree {
  readonly tracer: Tracer
  readonly #budget: Budget
  readonly #isTopOnly: boolean
  readonly #open: OpenNode[] = []
  #depth = 0
  #root: CallNode | undefined

  constructor(budget: Budget, { isTopOnly = false, showsLogs = false }: CallTreeOptions = {}) {
    this.#budget = budget
    this.#isTopOnly = isTopOnly
    this.tracer = {
      enter: (start) => this.#enter(start),
      exit: (end) => this.#exit(end),
      ...(showsLogs ? { log: (log: LogEntry) => this.#log(log) } : {}),
    }
  }

  /** Undefined before the run ended. */
  get root(): CallNode | undefined {
    return this.#root
  }

  get #isSkipped(): boolean {
    return this.#isTopOnly && this.#depth > 1
  }

  #enter(start: FrameStart): void {
    this.#depth++
    if (this.#isSkipped) return
    this.#budget.spend(overhead + 2 * start.input.length)
    const { from, to, input } = start
    const kept = { ...start, from: from.slice(), to: to?.slice(), input: input.slice() }
    this.#open.push({ start: kept, end: undefined, calls: [], logs: [] })
  }

  #exit(end: FrameEnd): void {
    const isSkipped = this.#isSkipped
    this.#depth--
    if (isSkipped) return
    this.#budget.spend(2 * end.output.length)
    const node = this.#open.pop()
    if (node === undefined) return
    const done = { ...node, end: { ...end, output: end.output.slice() } }
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#root = done
    else parent.calls.push(done)
  }

  #log(log: LogEntry): void {
    const frame = this.#open.at(-1)
    if (frame === undefined || this.#isSkipped) return
    this.#budget.spend(overhead + 2 * log.data.length)
    frame.logs.push({ ...log, position: frame.calls.length })
  }
}
