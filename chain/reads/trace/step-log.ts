import { hex } from '#base'

import { type FrameEnd, opcodeName, type Step } from '../../evm/index.ts'
/** Every operation with what it found: Ethereum's default trace. */
import type { TraceConfig } from '../../trace-port.ts'
import type { Budget } from './budget.ts'
import { data, object, quantity, word } from './json.ts'
import type { Outcome, Trace } from './trace.ts'

type Config = Extract<TraceConfig, { readonly kind: 'steps' }>

/** @see execution-apis "OpcodeTransactionTrace" */
export function stepLog(config: Config, budget: Budget): Trace {
  const log = new StepLog(config, budget)
  let depth = 0
  let end: FrameEnd | undefined
  return {
    tracer: {
      steps: {
        get wantsStack() {
          return config.showsStack && !log.isFull
        },
        get wantsMemory() {
          return config.showsMemory && !log.isFull
        },
        step: (step) => log.add(step),
      },
      enter() {
        depth++
      },
      exit(exited) {
        if (--depth === 0) end = exited
      },
    },
    text: (outcome) => log.text(outcome, end),
  }
}

class StepLog {
  readonly #config: Config
  readonly #budget: Budget
  /** Slots that each account loaded or stored so far. */
  readonly #slots = new Map<string, Map<string, string>>()
  #count = 0
  #text = ''

  constructor(config: Config, budget: Budget) {
    this.#config = config
    this.#budget = budget
  }

  /** It has as many operations as were asked for; the run goes on. */
  get isFull(): boolean {
    const { limit } = this.#config
    return limit > 0 && this.#count >= limit
  }

  add(step: Step): void {
    if (this.isFull) return
    const text = this.#write(step, this.#storage(step))
    this.#budget.spend(text.length + 1)
    this.#text += this.#count === 0 ? text : `,${text}`
    this.#count++
  }

  text({ gasUsed }: Outcome, end: FrameEnd | undefined): string {
    const failed = end?.failure !== undefined
    const answers = !failed || end.failure === 'execution reverted'
    return object([
      ['gas', gasUsed.toString()],
      ['failed', String(failed)],
      ['returnValue', data(answers && end !== undefined ? end.output : new Uint8Array(0))],
      ['structLogs', `[${this.#text}]`],
    ])
  }

  #write(step: Step, storage: string | undefined): string {
    const { showsStack, showsReturnData } = this.#config
    const { memory, refund, returnData, failure } = step
    return object([
      ['pc', String(step.pc)],
      ['op', `"${opcodeName(step.op)}"`],
      ['gas', step.gas.toString()],
      ['gasCost', step.cost.toString()],
      ['depth', String(step.depth)],
      ['refund', refund === 0n ? undefined : refund.toString()],
      ['error', failure === undefined ? undefined : JSON.stringify(failure)],
      ['stack', showsStack ? `[${step.stack.map(quantity).join(',')}]` : undefined],
      ['memory', memory.length === 0 ? undefined : words(memory)],
      ['returnData', showsReturnData && returnData.length > 0 ? data(returnData) : undefined],
      ['storage', storage],
    ])
  }

  #storage({ address, storage }: Step): string | undefined {
    if (storage === undefined || !this.#config.showsStorage) return undefined
    const key = address.toHex()
    let slots = this.#slots.get(key)
    if (slots === undefined) this.#slots.set(key, (slots = new Map()))
    slots.set(word(storage.slot), word(storage.value))
    return `{${Array.from(slots, ([slot, value]) => `${slot}:${value}`).join(',')}}`
  }
}

function words(memory: Uint8Array): string {
  const digits = hex(memory)
  let text = ''
  for (let at = 2; at < digits.length; at += 64) {
    text += `${at === 2 ? '' : ','}"0x${digits.slice(at, at + 64)}"`
  }
  return `[${text}]`
}
