import { revertReason } from '../../evm/index.ts'
/** Who called whom: the trace that tools know as callTracer. */
import type { TraceConfig } from '../../trace-port.ts'
import type { Budget } from './budget.ts'
import { type CallLog, type CallNode, CallTree } from './call-tree.ts'
import { data, list, object, quantity } from './json.ts'
import type { Outcome, Trace } from './trace.ts'

type Config = Extract<TraceConfig, { readonly kind: 'calls' }>

export function callTrace({ isTopOnly, showsLogs }: Config, budget: Budget): Trace {
  const tree = new CallTree(budget, { isTopOnly, showsLogs })
  return {
    tracer: tree.tracer,
    text(outcome) {
      const { root } = tree
      return root === undefined ? 'null' : new CallText(showsLogs, outcome).text(root)
    },
  }
}

const reverted = 'execution reverted'

class CallText {
  readonly #showsLogs: boolean
  readonly #outcome: Outcome
  #logIndex: number

  constructor(showsLogs: boolean, outcome: Outcome) {
    this.#showsLogs = showsLogs
    this.#outcome = outcome
    this.#logIndex = outcome.firstLog
  }

  /** The transaction's own frame has its gas, the part before execution included. */
  text(root: CallNode): string {
    const { gasLimit, gasUsed } = this.#outcome
    const start = { ...root.start, gas: gasLimit }
    return this.#frame({ ...root, start, end: { ...root.end, gasUsed } }, false)
  }

  #frame({ start, end, calls, logs }: CallNode, isUndone: boolean): string {
    const { failure, output } = end
    const isCreation = start.kind.startsWith('CREATE')
    const to = isCreation ? (failure === undefined ? end.created : undefined) : start.to
    const [inner, written] = this.#within(calls, logs, isUndone || failure !== undefined)
    const answers = output.length > 0 && (failure === undefined || failure === reverted)
    const reason = failure === reverted ? revertReason(output) : undefined
    return object([
      ['from', data(start.from)],
      ['gas', quantity(start.gas)],
      ['gasUsed', quantity(end.gasUsed)],
      ['to', to && data(to)],
      ['input', data(start.input)],
      ['output', answers ? data(output) : undefined],
      ['error', failure === undefined ? undefined : JSON.stringify(failure)],
      ['revertReason', reason === undefined ? undefined : JSON.stringify(reason)],
      ['calls', inner.length === 0 ? undefined : list(inner)],
      ['logs', written.length === 0 ? undefined : list(written)],
      ['value', start.value === undefined ? undefined : quantity(start.value)],
      ['type', `"${start.kind}"`],
    ])
  }

  /** In the order in which they happened, so that logs have the indexes that they have in the block. */
  #within(
    calls: readonly CallNode[],
    logs: readonly CallLog[],
    isUndone: boolean,
  ): readonly [calls: readonly string[], logs: readonly string[]] {
    const written: string[] = []
    const inner: string[] = []
    const kept = this.#showsLogs && !isUndone ? logs : []
    let next = 0
    const writeUntil = (position: number): void => {
      for (
        let log = kept[next];
        log !== undefined && log.position <= position;
        log = kept[++next]
      ) {
        written.push(this.#log(log))
      }
    }
    for (const [index, call] of calls.entries()) {
      writeUntil(index)
      inner.push(this.#frame(call, isUndone))
    }
    writeUntil(calls.length)
    return [inner, written]
  }

  #log({ address, topics, data: bytes, position }: CallLog): string {
    return object([
      ['address', data(address)],
      ['topics', list(topics.map(data))],
      ['data', data(bytes)],
      ['index', quantity(this.#logIndex++)],
      ['position', quantity(position)],
    ])
  }
}
